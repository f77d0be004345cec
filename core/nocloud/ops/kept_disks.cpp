#include "nocloud/ops/kept_disks.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// More than libvirt writes to make a disk: headers and empty tables, some 200 KiB.
constexpr std::uint64_t most_of_empty_disk = std::uint64_t{1} << 20U;

void refuse_used(const VmName& vm, const VolumeName& disk) {
  throw Error(
      ErrorKind::conflict,
      fmt::format("another domain has the disk {}, which VM {} would get", cited(disk.str()),
                  cited(vm.str())),
      "`virsh list --all` shows all domains; a renamed VM gets its name back by `virsh domrename`. Or "
      "choose another name.");
}

void refuse_data(const VmName& vm, const Volume& disk) {
  if (disk.allocation_bytes <= most_of_empty_disk) return;
  throw Error(ErrorKind::conflict,
              fmt::format("VM {} would replace the disk {}, which no domain has, and its {} MB of data",
                          cited(vm.str()), cited(disk.name.str()), disk.allocation_bytes >> 20U),
              fmt::format("If nobody needs them, `virsh vol-delete {} --pool nocloud` removes it. Or choose "
                          "another name.",
                          disk.name));
}

}  // namespace

void refuse_kept_disks(Hypervisor& hypervisor, const VmName& vm, std::set<VolumeName> disks) {
  std::erase_if(disks, [&](const auto& disk) { return !hypervisor.find_volume(disk); });
  if (disks.empty()) return;
  const auto used = hypervisor.use_of(disks).used;
  if (!used.empty()) refuse_used(vm, *used.begin());
  for (const auto& disk : disks) {
    if (const auto volume = hypervisor.find_volume(disk)) refuse_data(vm, *volume);
  }
}

}  // namespace nocloud
