#include "nocloud/ops/guest/standstill.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/guest/console_log.hpp"

namespace nocloud {

std::optional<Standstill> standstill_of(const Vm& vm) {
  const bool faulty = vm.state == VmState::crashed || !vm.fault.empty();
  if (faulty && vm.virt_type == VirtType::kvm) {
    return Standstill{
        .what = fmt::format("was stopped by KVM ({})", printable(vm.fault)),
        .hint = "This host's KVM does not run this guest: create it anew with --virt-type qemu."};
  }
  if (faulty) {
    return Standstill{.what = fmt::format("has crashed ({})", printable(vm.fault)),
                      .hint = fmt::format("Power it off with `vmstop {}`, then try again.", vm.name)};
  }
  if (vm.state != VmState::paused) return std::nullopt;
  return Standstill{.what = "is paused", .hint = fmt::format("Let it run with `virsh resume {}`.", vm.name)};
}

std::optional<Error> vain_wait(Hypervisor& hypervisor, const Vm& vm) {
  const auto standstill = standstill_of(vm);
  if (!standstill) return std::nullopt;
  return Error(
      ErrorKind::failed,
      fmt::format("VM {} {}{}", cited(vm.name.str()), standstill->what, console_report(hypervisor, vm.name)),
      standstill->hint);
}

}  // namespace nocloud
