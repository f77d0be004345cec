#include "nocloud/ops/converge/change_vm.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/plan.hpp"
#include "nocloud/ops/vm/kept_disks.hpp"
#include "nocloud/ops/vm/make_vm.hpp"

namespace nocloud {
namespace {

/// Takes new disks back unless the VM's record has come to name them.
class NewDisks {
 public:
  NewDisks(const Context& context, const VmName& name) : context_(context), name_(name) {}
  ~NewDisks() {
    if (kept_) return;
    try {
      for (const auto index : made_) context_.hypervisor.delete_volume(disk_of(name_, index));
    } catch (const Error& error) {
      context_.reporter.warn(
          fmt::format("new disks of VM {} could not be taken back: {}", name_, error.message()),
          "The same command, run again, uses their place; they go with the VM.");
    }
  }
  NewDisks(const NewDisks&) = delete;
  NewDisks& operator=(const NewDisks&) = delete;

  void add(std::size_t index, DiskSize size) {
    made_.push_back(index);
    create_disk(context_.hypervisor, name_, index, size);
  }
  void keep() { kept_ = true; }

 private:
  const Context& context_;
  const VmName& name_;
  std::vector<std::size_t> made_;
  bool kept_ = false;
};

Vm require_down(const Context& context, const DescribedVm& wanted) {
  auto vm = context.hypervisor.find_vm(wanted.name);
  if (!vm || !vm->complete) {
    throw Error(ErrorKind::not_found, fmt::format("there is no VM {}", cited(wanted.name.str())));
  }
  check_holder(*vm, wanted.group, context.caller);
  if (vm->state == VmState::crashed) context.hypervisor.force_off_vm(wanted.name);
  if (!is_up(vm->state)) return *std::move(vm);
  throw Error(ErrorKind::conflict, fmt::format("VM {} is up and can't be changed", cited(wanted.name.str())),
              "Stop it first.");
}

}  // namespace

Vm with_changes(Vm vm, const DescribedVm& wanted) {
  const auto& shape = wanted.shape;
  vm.type = wanted.type;
  if (shape.memory) vm.memory = *shape.memory;
  if (shape.cpus) vm.cpus = *shape.cpus;
  for (std::size_t index = 0; index < shape.disks.size(); ++index) {
    if (index == vm.disks.size()) vm.disks.push_back(shape.disks[index]);
    vm.disks[index] = std::max(vm.disks[index], shape.disks[index]);
  }
  return vm;
}

bool change_vm(const Context& context, const DescribedVm& wanted) {
  const auto held = context.locks.acquire(wanted.name.str(), context.stop);
  const auto present = require_down(context, wanted);
  const auto changed = with_changes(present, wanted);
  if (static_cast<const VmDefinition&>(changed) == present) return false;
  while_doing(fmt::format("changing VM {}", cited(wanted.name.str())), [&] {
    context.hypervisor.require_own_disks(wanted.name);
    refuse_kept_further_disks(context.hypervisor, present, wanted.shape);
    // The disks first: a record must name no disk that is not there, or is smaller than it says.
    for (std::size_t i = 0; i < present.disks.size(); ++i) {
      if (changed.disks[i] == present.disks[i]) continue;
      context.hypervisor.grow_volume(disk_of(wanted.name, i + 1), changed.disks[i].bytes());
    }
    NewDisks disks(context, wanted.name);
    for (auto i = present.disks.size(); i < changed.disks.size(); ++i) disks.add(i + 1, changed.disks[i]);
    context.hypervisor.redefine_vm(present.uuid, changed);
    disks.keep();
  });
  context.reporter.step(wanted.name.str(), "changed");
  return true;
}

}  // namespace nocloud
