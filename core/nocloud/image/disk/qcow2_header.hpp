#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nocloud {

/// How much of a file's start check_qcow2_header reads.
inline constexpr std::size_t qcow2_header_head = 65536;

/// Where a qcow2 image keeps what.
struct Qcow2Layout {
  std::uint64_t disk_bytes = 0;
  /// A cluster has two to the power of this many bytes.
  unsigned cluster_bits = 0;
  std::uint64_t l1_offset = 0;
  std::uint64_t l1_entries = 0;
  /// Clusters may be there in part, and table entries are twice as long.
  bool extended_entries = false;
};

/// Whether a file that starts like this is qcow2, of whatever version.
bool is_qcow2(std::string_view head);

/// What a qcow2 header says of its image; nothing that it names is opened. Throws Error{invalid_input} if the
/// image does not stand alone (backing file, data file), is encrypted or marked corrupt, needs a feature that
/// we don't know, or has no valid size.
Qcow2Layout check_qcow2_header(std::string_view head);

/// The same for an image that may be only the difference to another.
Qcow2Layout check_qcow2_layer_header(std::string_view head);

/// What a qcow2 image calls the file that it is only the difference to; nothing if there is none, or if the
/// name lies beyond what was read.
std::optional<std::string> qcow2_backing_name(std::string_view head);

}  // namespace nocloud
