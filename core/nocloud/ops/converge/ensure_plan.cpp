#include "nocloud/ops/converge/ensure_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/change_vm.hpp"
#include "nocloud/ops/converge/host_check.hpp"
#include "nocloud/ops/converge/plan.hpp"
#include "nocloud/ops/guest/standstill.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/survey/unreadable_vm.hpp"
#include "nocloud/ops/vm/kept_disks.hpp"

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
                     .shape = {.memory = request.memory,
                               .cpus = request.cpus,
                               .disks = request.disks.value_or(std::vector<DiskSize>{})}};
  if (!is_whole(present)) return wanted;
  auto& shape = wanted.shape;
  if (!shape.memory) shape.memory = present->memory;
  if (!shape.cpus) shape.cpus = present->cpus;
  if (!request.disks) shape.disks = present->disks;
  return wanted;
}

/// What the request says of a VM beside its description.
InstantiateRequest demands_of(const EnsureRequest& request) {
  return {.networks = request.networks,
          .virt_type = request.virt_type,
          .user_data = request.user_data,
          .wait = WaitFor::none,
          .keeping = request.keeping};
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

/// How the VM is made if it has to be, without a wait.
InstantiateRequest making_of(const EnsureRequest& request, DescribedVm wanted,
                             const std::optional<Vm>& present) {
  auto making = demands_of(request);
  making.vms = {std::move(wanted)};
  if (request.state == State::stopped) making.start = std::nullopt;
  if (!is_whole(present)) return with_defaults(std::move(making), request.defaults);
  if (!making.networks) making.networks = networks_of(present->nics);
  if (!making.virt_type) making.virt_type = present->virt_type;
  return making;
}

/// What a VM was made from besides its description has to be said again: only its digest is kept.
void refuse_lost_user_data(const EnsureRequest& request, const std::optional<Vm>& present) {
  if (!is_whole(present) || present->user_data_sha256.empty() || !request.user_data.empty()) return;
  throw Error(ErrorKind::conflict,
              fmt::format("VM {} was made with user-data that is not kept, so it can't be made anew",
                          cited(request.name.str())),
              "Give its user-data again, or remove the VM first.");
}

/// Before it is stopped: a guest goes on with files that are gone.
void check_can_start(const Context& context, const Vm& vm) {
  if (const auto lost = lost_files(context.hypervisor, vm)) throw Error(*lost);
}

/// What there is, if the plan needs to know. Before anything is stopped or removed it looks whether the host
/// has what is needed.
World checked_world(const Context& context, const EnsurePlan& plan, InstantiateRequest& making) {
  World world;
  if (!plan.has(VmStep::create) && !plan.has(VmStep::change)) return world;
  world = look_around(context, making);
  check_request(making, world, context.caller);
  if (plan.has(VmStep::create)) {
    check_host(context, making, making.vms, world.templates);
    require_room_for_vms(context, 1, 0);
    return world;
  }
  const auto& shape = making.vms.front().shape;
  if (shape.cpus) require_cpus(context, *shape.cpus, plan.before->virt_type);
  refuse_kept_further_disks(context.hypervisor, *plan.before, shape);
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
    if (request.misfit == Misfit::keep) throw needs_recreation(request.name, texts);
    return {VmStep::remove, VmStep::create};
  }
  const bool up = is_up(present->state);
  const bool crashed = present->state == VmState::crashed;
  const auto changes = texts_of(differences, Takes::stop);
  const bool interrupted = !changes.empty() && request.interruption == Interruption::accept;
  const bool goes_down =
      (up && (request.state == State::stopped || request.state == State::restarted || interrupted)) ||
      (crashed && (request.state == State::stopped || !changes.empty()));
  const bool comes_up = request.state == State::started || request.state == State::restarted ||
                        (request.state == State::present && goes_down && up);
  if (!changes.empty() && up && !goes_down) throw needs_stop(request.name, changes);
  std::vector<VmStep> steps;
  if (goes_down) steps.push_back(VmStep::stop);
  if (!changes.empty()) steps.push_back(VmStep::change);
  if (comes_up && (!up || goes_down)) steps.push_back(VmStep::start);
  return steps;
}

EnsurePlan plan_ensure(const Context& context, const EnsureRequest& request) {
  EnsurePlan plan{.before = context.hypervisor.find_vm(request.name)};
  const auto& before = plan.before;
  if (before && request.state == State::absent && before->owner != context.caller) {
    throw another_owner("VM " + cited(request.name.str()), before->owner, context.caller,
                        fmt::format("It was left alone. `vmstop -d {} {}` removes it.", request.name,
                                    owner_option(before->owner)));
  }
  if (before) check_holder(*before, request.group.value_or(before->group), context.caller);
  if (before && request.keeping) {
    check_known(*request.keeping, before->uuid, fmt::format("VM {}", cited(request.name.str())));
  }
  if (request.state == State::absent) {
    if (!before) refuse_unreadable(context.hypervisor, request.name.str());
    plan.steps = steps_for(request, before, {});
    return plan;
  }
  const auto wanted = described(request, before);
  std::vector<Difference> differences;
  if (is_whole(before)) {
    const auto source = context.hypervisor.find_template(wanted.template_name);
    differences = differences_of(wanted, *before, source, demands_of(request));
  }
  plan.steps = steps_for(request, before, differences);
  auto making = making_of(request, wanted, before);
  const auto world = checked_world(context, plan, making);
  if (plan.has(VmStep::create)) {
    refuse_lost_user_data(request, before);
    plan.after = foreseen_vm(context, making, wanted, world.templates.at(wanted.template_name));
  } else {
    if (plan.has(VmStep::stop) && plan.has(VmStep::start)) check_can_start(context, *before);
    plan.after = with_changes(*before, wanted);
    plan.after->state = state_after(plan, before->state);
    plan.tolerated = texts_of(differences, Takes::nothing);
    const bool waits = request.state == State::started && request.wait != WaitFor::none;
    if (waits && plan.steps.empty()) plan.failure = vain_wait(context.hypervisor, *before);
  }
  plan.making = std::move(making);
  return plan;
}

}  // namespace nocloud
