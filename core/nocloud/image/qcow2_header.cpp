#include "nocloud/image/qcow2_header.hpp"

#include <string>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

// The format is told in QEMU's docs/interop/qcow2.txt.

namespace nocloud {
namespace {

constexpr std::size_t header_of_version_2 = 72;
constexpr std::size_t header_of_version_3 = 104;
constexpr std::size_t longest_backing_name = 1023;
constexpr std::uint64_t largest_disk_bytes = std::uint64_t{65'536} << 30U;

constexpr std::size_t at_version = 4;
constexpr std::size_t at_backing_offset = 8;
constexpr std::size_t at_backing_length = 16;
constexpr std::size_t at_disk_size = 24;
constexpr std::size_t at_encryption = 32;
constexpr std::size_t at_needed_features = 72;

constexpr std::uint64_t feature_corrupt = 2;
constexpr std::uint64_t feature_data_file = 4;
/// Dirty (repaired by the next writer), compression type, extended L2 entries.
constexpr std::uint64_t harmless_features = 1 | 8 | 16;

constexpr std::string_view stand_alone =
    "Make one that stands alone: qemu-img convert -O qcow2 FILE disk.qcow2";
constexpr std::string_view fetch_again = "Fetch or copy the file again.";

[[noreturn]] void refuse(std::string message, std::string_view hint) {
  throw Error(ErrorKind::invalid_input, std::move(message), std::string(hint));
}

std::uint64_t number_at(std::string_view head, std::size_t offset, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    number = number << 8U | static_cast<std::uint8_t>(head[offset + i]);
  }
  return number;
}

/// Empty if the name lies beyond what was read.
std::string_view backing_name(std::string_view head, std::uint64_t offset, std::uint64_t length) {
  if (length > longest_backing_name || offset > head.size() || length > head.size() - offset) return {};
  return head.substr(offset, length);
}

void check_stands_alone(std::string_view head) {
  const auto offset = number_at(head, at_backing_offset, 8);
  if (offset == 0) return;
  const auto name = backing_name(head, offset, number_at(head, at_backing_length, 4));
  refuse(fmt::format("it is only the difference to another file, {}", cited(name)), stand_alone);
}

void check_features(std::uint64_t features) {
  if ((features & feature_data_file) != 0) refuse("its data is in another file", stand_alone);
  if ((features & feature_corrupt) != 0) {
    refuse("it is marked as corrupt", "qemu-img check -r all FILE may repair it; keep a copy.");
  }
  if (const auto unknown = features & ~(harmless_features | feature_data_file | feature_corrupt);
      unknown != 0) {
    refuse(fmt::format("it needs qcow2 features that are not known here ({:#x})", unknown),
           "Write it anew with an older QEMU: qemu-img convert -O qcow2 FILE disk.qcow2");
  }
}

}  // namespace

std::uint64_t check_qcow2_header(std::string_view head) {
  if (head.size() < header_of_version_2) refuse("its header is cut short", fetch_again);
  const auto version = number_at(head, at_version, 4);
  if (version != 2 && version != 3) {
    refuse(fmt::format("it is qcow2 of version {}, which is not known here", version),
           "Write it anew with an older QEMU: qemu-img convert -O qcow2 FILE disk.qcow2");
  }
  check_stands_alone(head);
  if (number_at(head, at_encryption, 4) != 0) {
    refuse("it is encrypted", "Give an image that can be read without a key.");
  }
  if (version == 3) {
    if (head.size() < header_of_version_3) refuse("its header is cut short", fetch_again);
    check_features(number_at(head, at_needed_features, 8));
  }
  const auto size = number_at(head, at_disk_size, 8);
  if (size == 0 || size > largest_disk_bytes) {
    refuse(fmt::format("its disk has {} bytes", size), "A disk has at least one byte and at most 65536 GB.");
  }
  return size;
}

}  // namespace nocloud
