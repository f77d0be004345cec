#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// What a disk, or a layer below it, is made of, as libvirt's XML has it.
struct DiskSource {
  /// A file, a device, or "PROTOCOL:NAME" of a disk on the network; empty for a volume of a pool.
  std::string path;
  std::string pool;
  std::string volume;
  /// Its format can have a backing file.
  bool can_have_base = false;
  /// The XML tells what lies below it, or that nothing does.
  bool base_told = false;
  /// It is a path among the arguments of QEMU, which may be that of a socket, too.
  bool from_argument = false;
};

/// Those of all disks and all absolute paths among the arguments of QEMU, anywhere in the XML of a domain or
/// of a snapshot.
std::vector<DiskSource> disk_sources(std::string_view xml);

}  // namespace nocloud
