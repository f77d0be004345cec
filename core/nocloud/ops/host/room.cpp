#include "nocloud/ops/host/room.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

/// Whole megabytes, rounded up.
std::uint64_t megabytes(std::uint64_t bytes) {
  constexpr std::uint64_t megabyte = std::uint64_t{1} << 20U;
  return bytes / megabyte + (bytes % megabyte == 0 ? 0 : 1);
}

}  // namespace

void require_room(const Context& context, std::uint64_t bytes, std::string_view what) {
  const auto left = context.hypervisor.free_bytes();
  if (!left || *left >= bytes) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("{} at least {} MB; the disk of libvirt's storage pool has {} MB left", what,
                          megabytes(bytes), *left >> 20U),
              "Make room on it: `vmtemplate --prune` removes unused images, `vmstop -d` VMs.");
}

void require_room_for_vms(const Context& context, std::size_t made, std::size_t replacing) {
  const auto count = made - replacing + (replacing > 0 ? 1U : 0U);
  if (count == 0) return;
  require_room(context, count * least_bytes_of_vm, count == 1 ? "a VM needs" : "the VMs need");
}

}  // namespace nocloud
