#include "nocloud/ops/vm/boot_own.hpp"

namespace nocloud {

bool boot_own(const Context& context, const VmName& name, const OwnerFilter& owner) {
  const auto held = context.locks.acquire(name.str(), context.stop);
  auto vm = find_one(context, name, owner).vm;
  if (!vm.boot) return false;
  vm.boot.reset();
  context.hypervisor.redefine_vm(vm.uuid, vm);
  return true;
}

}  // namespace nocloud
