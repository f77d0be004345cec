#include "nocloud/ops/held_up.hpp"

#include <utility>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {

bool is_held_up(const Vm& vm) {
  return vm.held_up && vm.state == VmState::paused;
}

std::string remedy_for_paused(const Context& context, const Vm& vm) {
  if (!is_held_up(vm)) return fmt::format("Let it run with `virsh resume {}`.", vm.name);
  if (const auto holder = context.locks.holder_of(vm.name.str())) {
    return fmt::format("Process {} copies its base into its disk; the VM is down again when that has ended.",
                       *holder);
  }
  return fmt::format("`vmconsolidate {0}` completes the copy of its base; `vmstop {0}` powers it off.",
                     vm.name);
}

void warn_if_left_held_up(const Context& context, const Vm& vm) {
  if (!is_held_up(vm) || context.locks.holder_of(vm.name.str())) return;
  context.reporter.warn(
      fmt::format("a vmconsolidate that did not end has left VM {} paused", cited(vm.name.str())),
      remedy_for_paused(context, vm));
}

std::optional<Vm> find_settled(const Context& context, const VmName& name) {
  auto vm = context.hypervisor.find_vm(name);
  // One that seems to run may be starting yet, for the run that was killed: it will be paused.
  if (!vm || !vm->held_up || vm->state == VmState::running) return vm;
  if (is_held_up(*vm)) {
    context.hypervisor.force_off_vm(name);
    context.reporter.step(name.str(), "was left paused by a consolidation, and is powered off");
  }
  unmark_held_up(context, *std::move(vm));
  return context.hypervisor.find_vm(name);
}

void mark_held_up(const Context& context, Vm vm) {
  vm.held_up = true;
  context.hypervisor.redefine_vm(vm.uuid, vm);
}

void unmark_held_up(const Context& context, Vm vm) {
  vm.held_up = false;
  context.hypervisor.redefine_vm(vm.uuid, vm);
}

}  // namespace nocloud
