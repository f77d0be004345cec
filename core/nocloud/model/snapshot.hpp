#pragma once

#include <cstdint>
#include <string>

namespace nocloud {

/// What a VM was at a moment: its definition, its disks and, if it was up, its memory.
struct Snapshot {
  /// A SnapshotName if nocloud took it, else what libvirt took from another program: any text.
  std::string name;
  /// When it was taken, in seconds since 1970 UTC by the host's clock.
  std::int64_t taken = 0;
  bool with_memory = false;
  /// Whether it is the one that the VM was last taken or reverted to.
  bool current = false;

  bool operator==(const Snapshot&) const = default;
};

}  // namespace nocloud
