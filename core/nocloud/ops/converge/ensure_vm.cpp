#include "nocloud/ops/converge/ensure_vm.hpp"

#include "nocloud/ops/converge/change_vm.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "nocloud/seed/user_part.hpp"

namespace nocloud {
namespace {

using State = EnsureRequest::State;

void adopt(EnsuredVm& result, const std::vector<StoppedVm>& outcome) {
  // What has failed may have cut its power before.
  if (outcome.front().changed || outcome.front().error) result.changed = true;
  throw_first(outcome);
}

bool create(const Context& context, const InstantiateRequest& request, EnsuredVm& result) {
  const auto outcome = instantiate(context, request).front();
  const bool done = outcome.change != Change::none;
  result.changed |= done;
  if (outcome.error) throw Error(*outcome.error);
  return done;
}

bool start(const Context& context, const VmName& name) {
  const auto held = context.locks.acquire(name.str(), context.stop);
  const auto present = context.hypervisor.find_vm(name);
  if (present && is_up(present->state)) return false;
  if (start_vm(context, name, StartMode::running) == Beginning::was_up) return false;
  context.reporter.step(name.str(), "started");
  return true;
}

/// Whether the step has started the VM, and not another run.
bool carry_out(const Context& context, const EnsureRequest& request, const EnsurePlan& plan, VmStep step,
               EnsuredVm& result) {
  switch (step) {
    case VmStep::stop:
      return adopt(result, stop(context, {.grace = request.grace}, {*plan.before})), false;
    case VmStep::remove:
      return adopt(result, remove(context, {*plan.before})), false;
    case VmStep::create:
      return create(context, *plan.making, result);
    case VmStep::change:
      if (change_vm(context, plan.making->vms.front())) result.changed = true;
      return false;
    case VmStep::start:
      break;
  }
  const bool started = start(context, request.name);
  result.changed |= started;
  return started;
}

bool is_to_be_ready(const EnsureRequest& request, const EnsurePlan& plan) {
  return request.state == State::started || request.state == State::restarted ||
         (request.state == State::present && plan.has(VmStep::create));
}

LocatedVm wait_for(const Context& context, const EnsureRequest& request, const EnsurePlan& plan,
                   WaitDepth depth) {
  const auto limit = request.timeout.value_or(default_wait(find_one(context, request.name, {}).vm.virt_type));
  const auto readiness = wait_until_ready(
      context,
      {.name = request.name,
       .until = request.wait,
       .depth = depth,
       .on_early_panic = depth == WaitDepth::login ? OnEarlyPanic::start_again : OnEarlyPanic::fail,
       .deadline = context.clock.now() + limit,
       .after_first_boot = plan.has(VmStep::create) ? power_state_of(request.user_data) : PowerState::other});
  return *readiness.located;
}

}  // namespace

EnsuredVm ensure_vm(const Context& context, const EnsureRequest& request, const EnsurePlan& plan) {
  EnsuredVm result;
  try {
    auto depth = WaitDepth::host_key;
    for (const auto step : plan.steps) {
      if (carry_out(context, request, plan, step, result)) depth = WaitDepth::login;
    }
    if (!plan.after) return result;
    const bool waits = request.wait != WaitFor::none && is_to_be_ready(request, plan);
    result.located = waits ? wait_for(context, request, plan, depth) : find_one(context, request.name, {});
    if (result.changed) remember(context, in_short(*result.located));
  } catch (const Error& error) {
    result.error = error;
  }
  return result;
}

}  // namespace nocloud
