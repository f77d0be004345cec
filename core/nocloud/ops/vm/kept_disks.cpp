#include "nocloud/ops/vm/kept_disks.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/big_endian.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"

namespace nocloud {
namespace {

/// More than libvirt has written of a disk that is not qcow2 yet.
constexpr std::uint64_t most_before_header = std::uint64_t{1} << 20U;
/// Where a qcow2 header counts the snapshots within (QEMU's docs/interop/qcow2.txt).
constexpr std::size_t at_snapshots = 60;

/// Every cluster that was written is reached from its first table.
bool has_clusters(Hypervisor& hypervisor, const VolumeName& disk, std::string_view head) {
  const auto layout = check_qcow2_layer_header(head);
  if (big_endian(head, at_snapshots, 4) != 0) return true;
  const std::size_t entry_bytes = layout.extended_entries ? 16 : 8;
  const auto table = hypervisor.read_volume(disk, layout.l1_offset,
                                            static_cast<std::size_t>(layout.l1_entries) * entry_bytes);
  return table.find_first_not_of('\0') != std::string::npos;
}

void refuse_used(const VmName& vm, const VolumeName& disk) {
  throw Error(
      ErrorKind::conflict,
      fmt::format("another domain has the disk {}, which VM {} would get", cited(disk.str()),
                  cited(vm.str())),
      "`virsh list --all` shows all domains; a renamed VM gets its name back by `virsh domrename`. Or "
      "choose another name.");
}

void refuse_data(const VmName& vm, const VolumeName& disk) {
  throw Error(ErrorKind::conflict,
              fmt::format("VM {} would replace the disk {}, which no domain has, and the data in it",
                          cited(vm.str()), cited(disk.str())),
              fmt::format("If nobody needs them, `virsh vol-delete {} --pool nocloud` removes it. Or choose "
                          "another name.",
                          disk));
}

}  // namespace

std::set<VolumeName> disks_of(const VmDefinition& definition) {
  std::set<VolumeName> disks{overlay_of(definition.name)};
  for (std::size_t i = 0; i < definition.disks.size(); ++i) disks.insert(disk_of(definition.name, i + 1));
  return disks;
}

bool holds_data(Hypervisor& hypervisor, const VolumeName& disk) {
  const auto volume = hypervisor.find_volume(disk);
  if (!volume || volume->allocation_bytes == 0) return false;
  try {
    const auto head = hypervisor.read_volume(disk, 0, qcow2_header_head);
    return is_qcow2(head) ? has_clusters(hypervisor, disk, head)
                          : volume->allocation_bytes > most_before_header;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return false;
    if (error.kind() == ErrorKind::invalid_input) return true;  // qcow2 as nocloud does not make it
    throw;
  }
}

void refuse_kept_disks(Hypervisor& hypervisor, const VmName& vm, std::set<VolumeName> disks) {
  std::erase_if(disks, [&](const auto& disk) { return !hypervisor.find_volume(disk); });
  if (disks.empty()) return;
  const auto used = hypervisor.use_of(disks, {vm}).used;
  if (!used.empty()) refuse_used(vm, *used.begin());
  for (const auto& disk : disks) {
    if (holds_data(hypervisor, disk)) refuse_data(vm, disk);
  }
}

void refuse_kept_further_disks(Hypervisor& hypervisor, const Vm& present, const VmShape& wanted) {
  std::set<VolumeName> further;
  for (auto i = present.disks.size(); i < wanted.disks.size(); ++i)
    further.insert(disk_of(present.name, i + 1));
  refuse_kept_disks(hypervisor, present.name, std::move(further));
}

KeptDisks disks_with_data(Hypervisor& hypervisor, const VmDefinition& definition) {
  KeptDisks kept;
  for (const auto& disk : disks_of(definition)) {
    if (holds_data(hypervisor, disk)) kept.emplace(disk, "it held data before");
  }
  return kept;
}

}  // namespace nocloud
