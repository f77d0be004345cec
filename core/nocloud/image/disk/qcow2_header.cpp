#include "nocloud/image/disk/qcow2_header.hpp"

#include <string>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/big_endian.hpp"

// The format is told in QEMU's docs/interop/qcow2.txt.

namespace nocloud {
namespace {

constexpr std::size_t header_of_version_2 = 72;
constexpr std::size_t header_of_version_3 = 104;
constexpr std::size_t longest_backing_name = 1023;
/// QEMU's own limits.
constexpr std::uint64_t least_cluster_bits = 9;
constexpr std::uint64_t most_cluster_bits = 21;
constexpr std::uint64_t most_l1_entries = std::uint64_t{1} << 22U;
constexpr std::uint64_t largest_disk_bytes = std::uint64_t{65'536} << 30U;

constexpr std::size_t at_version = 4;
constexpr std::size_t at_name_offset = 8;
constexpr std::size_t at_backing_length = 16;
constexpr std::size_t at_cluster_bits = 20;
constexpr std::size_t at_disk_size = 24;
constexpr std::size_t at_encryption = 32;
constexpr std::size_t at_l1_entries = 36;
constexpr std::size_t at_l1_offset = 40;
constexpr std::size_t at_needed_features = 72;

constexpr std::uint64_t feature_corrupt = 2;
constexpr std::uint64_t feature_data_file = 4;
constexpr std::uint64_t feature_extended_entries = 16;
/// Dirty (repaired by the next writer) and compression type.
constexpr std::uint64_t harmless_features = 1 | 8;

constexpr std::string_view stand_alone =
    "Make one that stands alone: qemu-img convert -O qcow2 FILE disk.qcow2";
constexpr std::string_view rewrite =
    "Write it anew with an older QEMU: qemu-img convert -O qcow2 FILE disk.qcow2";
constexpr std::string_view fetch_again = "Fetch or copy the file again.";

[[noreturn]] void refuse_header(std::string message, std::string_view hint) {
  throw Error(ErrorKind::invalid_input, std::move(message), std::string(hint));
}

void check_stands_alone(std::string_view head) {
  if (head.size() < header_of_version_2 || big_endian(head, at_name_offset, 8) == 0) return;
  refuse_header(fmt::format("it is only the difference to another file, {}",
                            cited(qcow2_backing_name(head).value_or(""))),
                stand_alone);
}

void check_features(std::uint64_t features) {
  if ((features & feature_data_file) != 0) refuse_header("its data is in another file", stand_alone);
  if ((features & feature_corrupt) != 0) {
    refuse_header("it is marked as corrupt", "qemu-img check -r all FILE may repair it; keep a copy.");
  }
  if (const auto unknown = features & ~(harmless_features | feature_extended_entries); unknown != 0) {
    refuse_header(fmt::format("it needs qcow2 features that are not known here ({:#x})", unknown), rewrite);
  }
}

}  // namespace

bool is_qcow2(std::string_view head) {
  return head.starts_with("QFI\xfb");
}

Qcow2Layout check_qcow2_header(std::string_view head) {
  check_stands_alone(head);
  return check_qcow2_layer_header(head);
}

Qcow2Layout check_qcow2_layer_header(std::string_view head) {
  if (head.size() < header_of_version_2) refuse_header("its header is cut short", fetch_again);
  const auto version = big_endian(head, at_version, 4);
  if (version != 2 && version != 3) {
    refuse_header(fmt::format("it is qcow2 of version {}, which is not known here", version), rewrite);
  }
  if (version == 3 && head.size() < header_of_version_3)
    refuse_header("its header is cut short", fetch_again);
  if (big_endian(head, at_encryption, 4) != 0) {
    refuse_header("it is encrypted", "Give an image that can be read without a key.");
  }
  const auto features = version == 3 ? big_endian(head, at_needed_features, 8) : 0;
  check_features(features);
  const auto cluster_bits = big_endian(head, at_cluster_bits, 4);
  const auto l1_entries = big_endian(head, at_l1_entries, 4);
  if (cluster_bits < least_cluster_bits || cluster_bits > most_cluster_bits || l1_entries > most_l1_entries) {
    refuse_header("its header is broken", fetch_again);
  }
  const auto size = big_endian(head, at_disk_size, 8);
  if (size == 0 || size > largest_disk_bytes) {
    refuse_header(fmt::format("its disk has {} bytes", size),
                  "A disk has at least one byte and at most 65536 GB.");
  }
  return {.disk_bytes = size,
          .cluster_bits = static_cast<unsigned>(cluster_bits),
          .l1_offset = big_endian(head, at_l1_offset, 8),
          .l1_entries = l1_entries,
          .extended_entries = (features & feature_extended_entries) != 0};
}

std::optional<std::string> qcow2_backing_name(std::string_view head) {
  if (head.size() < header_of_version_2) return std::nullopt;
  const auto offset = big_endian(head, at_name_offset, 8);
  const auto length = big_endian(head, at_backing_length, 4);
  if (offset == 0 || length > longest_backing_name) return std::nullopt;
  if (offset > head.size() || length > head.size() - offset) return std::nullopt;
  return std::string(head.substr(offset, length));
}

}  // namespace nocloud
