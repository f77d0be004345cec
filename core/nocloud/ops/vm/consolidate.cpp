#include "nocloud/ops/vm/consolidate.hpp"

#include <utility>

#include "nocloud/base/error.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/start_vm.hpp"

namespace nocloud {
namespace {

/// Holds a VM up that was down, paused, for as long as this lives. One that somebody else has started or
/// resumed since is left to run.
class HeldUp {
 public:
  HeldUp(const Context& context, const Vm& vm) : context_(context), name_(vm.name) {
    if (!is_up(vm.state)) holds_ = start_vm(context_, name_, StartMode::paused) != Beginning::was_up;
  }
  ~HeldUp() {
    try {
      put_down();
    } catch (const std::exception&) {  // whatever failed before this is told
    }
  }
  HeldUp(const HeldUp&) = delete;
  HeldUp& operator=(const HeldUp&) = delete;

  void put_down() {
    if (!std::exchange(holds_, false)) return;
    const auto vm = context_.hypervisor.find_vm(name_);
    if (vm && vm->state != VmState::running) context_.hypervisor.force_off_vm(name_);
  }

 private:
  const Context& context_;
  const VmName& name_;
  bool holds_ = false;
};

}  // namespace

bool consolidate(const Context& context, const VmName& name, const OwnerFilter& owner) {
  const auto held = context.locks.acquire(name.str(), context.stop);
  const auto before = find_one(context, name, owner).vm;
  if (!before.base) return false;
  context.hypervisor.require_own_disks(name);
  HeldUp up(context, before);
  context.hypervisor.pull_base(
      name,
      [&](std::uint64_t done, std::uint64_t total) { context.reporter.progress(name.str(), done, total); },
      context.stop);
  up.put_down();
  auto alone = find_one(context, name, owner).vm;
  alone.base.reset();
  context.hypervisor.redefine_vm(alone.uuid, alone);
  context.reporter.step(name.str(), "stands alone");
  remove_unused_images(context);
  return true;
}

}  // namespace nocloud
