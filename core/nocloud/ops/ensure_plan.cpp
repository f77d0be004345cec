#include "nocloud/ops/ensure_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/change_vm.hpp"
#include "nocloud/ops/plan.hpp"

namespace nocloud {
namespace {

using State = EnsureRequest::State;
using Takes = Difference::Takes;

bool is_whole(const std::optional<Vm>& present) {
  return present && present->complete;
}

TemplateName template_of(const EnsureRequest& request, const std::optional<Vm>& present) {
  if (request.template_name) return *request.template_name;
  if (present) return present->template_name;
  throw Error(
      ErrorKind::invalid_input,
      fmt::format("there is no VM {}, and no template was named to make it from", cited(request.name.str())),
      "Name a template.");
}

/// The request with what it leaves open, seen against a VM that is there.
DescribedVm described(const EnsureRequest& request, const std::optional<Vm>& present) {
  DescribedVm wanted{.name = request.name,
                     .group = request.group.value_or(present ? present->group : GroupName::parse("group")),
                     .type = request.type.value_or(present ? present->type : TypeName::parse("default")),
                     .template_name = template_of(request, present),
                     .shape = {.memory = request.memory, .cpus = request.cpus}};
  if (is_whole(present)) wanted.shape.disks = present->disks;
  if (request.disks) wanted.shape.disks = *request.disks;
  return wanted;
}

/// What the request says of a VM beside its description.
InstantiateRequest demands_of(const EnsureRequest& request) {
  return {.network = request.network,
          .virt_type = request.virt_type,
          .user_data = request.user_data,
          .wait = WaitFor::none};
}

Error needs_recreation(const VmName& name, const std::vector<std::string>& texts) {
  return {
      ErrorKind::conflict,
      fmt::format("VM {} can't be changed into what it is to be: {}", cited(name.str()), enumerated(texts)),
      "Only another VM in its place can be: remove it first, or ask for its re-creation (recreate), which "
      "gives its data up."};
}

Error needs_stop(const VmName& name, const std::vector<std::string>& texts) {
  return {ErrorKind::conflict,
          fmt::format("VM {} is up, and can only be changed while it is down: {}", cited(name.str()),
                      enumerated(texts)),
          "Ask for the state restarted, or stopped: it is changed while it is down."};
}

World world_around(const Context& context, const std::optional<Template>& source) {
  World world{.vms = context.hypervisor.vms(), .host_memory = context.hypervisor.host().memory};
  if (source) world.templates.emplace(source->name, *source);
  return world;
}

VmState state_after(const EnsurePlan& plan, VmState before) {
  if (plan.has(VmStep::start)) return VmState::running;
  return plan.has(VmStep::stop) ? VmState::stopped : before;
}

}  // namespace

bool EnsurePlan::has(VmStep step) const {
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

std::vector<VmStep> steps_for(const EnsureRequest& request, const std::optional<Vm>& present,
                              const std::vector<Difference>& differences) {
  if (request.state == State::absent) return present ? std::vector{VmStep::remove} : std::vector<VmStep>{};
  if (!is_whole(present)) return {VmStep::create};
  if (const auto texts = texts_of(differences, Takes::recreation); !texts.empty()) {
    if (request.misfit == EnsureRequest::Misfit::keep) throw needs_recreation(request.name, texts);
    return {VmStep::remove, VmStep::create};
  }
  const bool up = is_up(present->state);
  const bool goes_down = up && (request.state == State::stopped || request.state == State::restarted);
  const bool comes_up = request.state == State::started || request.state == State::restarted;
  const auto changes = texts_of(differences, Takes::stop);
  if (!changes.empty() && up && !goes_down) throw needs_stop(request.name, changes);
  std::vector<VmStep> steps;
  if (goes_down) steps.push_back(VmStep::stop);
  if (!changes.empty()) steps.push_back(VmStep::change);
  if (comes_up && (!up || goes_down)) steps.push_back(VmStep::start);
  return steps;
}

InstantiateRequest instantiation_of(const EnsureRequest& request, const DescribedVm& wanted) {
  auto made = demands_of(request);
  made.vms = {wanted};
  if (request.state == State::stopped) made.start = std::nullopt;
  return with_defaults(std::move(made), request.defaults);
}

EnsurePlan plan_ensure(const Context& context, const EnsureRequest& request) {
  EnsurePlan plan{.before = context.hypervisor.find_vm(request.name)};
  const auto& before = plan.before;
  if (before) check_holder(*before, request.group.value_or(before->group), context.caller);
  if (request.state == State::absent) {
    plan.steps = steps_for(request, before, {});
    return plan;
  }
  auto wanted = described(request, before);
  const auto source = context.hypervisor.find_template(wanted.template_name);
  std::vector<Difference> differences;
  if (is_whole(before)) differences = differences_of(wanted, *before, source, demands_of(request));
  plan.steps = steps_for(request, before, differences);
  const bool creates = plan.has(VmStep::create);
  if (creates) wanted.shape.disks = request.disks.value_or(std::vector<DiskSize>{});
  const auto made = instantiation_of(request, wanted);
  if (creates || plan.has(VmStep::change)) {
    check_request(made, world_around(context, source), context.caller);
  }
  if (creates) {
    plan.after = foreseen_vm(context, made, wanted, *source);
  } else {
    plan.after = with_changes(*before, wanted);
    plan.after->state = state_after(plan, before->state);
    plan.tolerated = texts_of(differences, Takes::nothing);
  }
  plan.wanted = std::move(wanted);
  return plan;
}

}  // namespace nocloud
