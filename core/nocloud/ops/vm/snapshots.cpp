#include "nocloud/ops/vm/snapshots.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/guest/guest_clock.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/survey/missing_images.hpp"

namespace nocloud {
namespace {

bool has(const std::vector<Snapshot>& snapshots, const SnapshotName& name) {
  return std::ranges::find(snapshots, name.str(), &Snapshot::name) != snapshots.end();
}

SnapshotName first_free(const std::vector<Snapshot>& snapshots) {
  for (unsigned number = 1;; ++number) {
    auto name = SnapshotName::parse(fmt::format("snap{}", number));
    if (!has(snapshots, name)) return name;
  }
}

[[noreturn]] void refuse_missing(const SnapshotSubject& subject, const std::optional<std::string>& name) {
  throw Error(ErrorKind::not_found,
              fmt::format("VM {} has no snapshot{}", cited(subject.vm.str()),
                          name ? " " + cited(*name) : std::string()),
              fmt::format("`vmsnap {} -l` shows those it has.", subject.vm));
}

/// The one that is meant; the newest where none is named.
Snapshot chosen(const Context& context, const SnapshotSubject& subject,
                const std::optional<std::string>& name) {
  const auto snapshots = context.hypervisor.snapshots(subject.vm);
  const auto found = name ? std::ranges::find(snapshots, *name, &Snapshot::name)
                          : snapshots.end() - (snapshots.empty() ? 0 : 1);
  if (found == snapshots.end()) refuse_missing(subject, name);
  return *found;
}

/// Only what certainly does not fit is refused: of its memory, a snapshot keeps what the guest has used.
void check_room(const Context& context, const Vm& vm) {
  constexpr std::uint64_t least = std::uint64_t{16} << 20U;
  require_room(context, least, "a snapshot needs");
  const auto left = context.hypervisor.free_bytes();
  if (!left || !is_up(vm.state) || *left >> 20U >= vm.memory.mib()) return;
  context.reporter.warn(
      fmt::format("the disk of libvirt's storage pool has {} MB left; the snapshot may need "
                  "{} MB for the memory of VM {}",
                  *left >> 20U, vm.memory.mib(), cited(vm.name.str())),
      "Make room on it, or power the VM off first: then its memory needs no room.");
}

}  // namespace

std::vector<Snapshot> list_snapshots(const Context& context, const SnapshotSubject& subject) {
  find_one(context, subject.vm, subject.owner);
  return context.hypervisor.snapshots(subject.vm);
}

SnapshotName take_snapshot(const Context& context, const SnapshotSubject& subject,
                           const std::optional<SnapshotName>& name) {
  const auto held = context.locks.acquire(subject.vm.str(), context.stop);
  check_room(context, find_one(context, subject.vm, subject.owner).vm);
  auto taken = name ? *name : first_free(context.hypervisor.snapshots(subject.vm));
  context.hypervisor.take_snapshot(subject.vm, taken);
  return taken;
}

namespace {

std::string revert_disks_and_memory(const Context& context, const SnapshotSubject& subject,
                                    const std::optional<std::string>& name) {
  const auto held = context.locks.acquire(subject.vm.str(), context.stop);
  const auto vm = find_one(context, subject.vm, subject.owner).vm;
  const auto snapshot = chosen(context, subject, name);
  if (const auto lost = lost_files(context.hypervisor, vm)) throw Error(*lost);
  for (const auto& nic : vm.nics) {
    const bool needed = snapshot.with_memory && nic.network.kind == NetworkKind::nat;
    if (needed) ensure_network(context, NetworkName::parse(nic.network.name));
  }
  context.hypervisor.revert_to_snapshot(subject.vm, snapshot.name);
  return snapshot.name;
}

}  // namespace

std::string revert(const Context& context, const SnapshotSubject& subject,
                   const std::optional<std::string>& name) {
  auto reverted = revert_disks_and_memory(context, subject, name);
  const auto located = find_one(context, subject.vm, subject.owner);
  if (located.vm.state == VmState::running) set_guest_clock(context, located);
  return reverted;
}

void delete_snapshot(const Context& context, const SnapshotSubject& subject, const std::string& name) {
  const auto held = context.locks.acquire(subject.vm.str(), context.stop);
  find_one(context, subject.vm, subject.owner);
  if (!context.hypervisor.delete_snapshot(subject.vm, name)) refuse_missing(subject, name);
}

}  // namespace nocloud
