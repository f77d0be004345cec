#include "nocloud/image/disk/qcow2_extent.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "nocloud/base/error.hpp"
#include "nocloud/image/big_endian.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"

// The format is told in QEMU's docs/interop/qcow2.txt.

namespace nocloud {
namespace {

constexpr std::uint64_t compressed_sector_bytes = 512;
constexpr std::uint64_t entry_bytes = 8;
constexpr std::uint64_t offset_bits = 0x00ff'ffff'ffff'fe00;
constexpr std::uint64_t compressed_bit = std::uint64_t{1} << 62U;
constexpr std::uint64_t zero_bit = 1;

std::string read_table(const LocalFile& file, std::uint64_t offset, std::uint64_t bytes) {
  auto table = file.read_at(offset, static_cast<std::size_t>(bytes));
  if (table.size() == bytes) return table;
  throw Error(ErrorKind::invalid_input, "its tables lie beyond the end of the file",
              "It is cut short: fetch or copy it again.");
}

class ContentSearch {
 public:
  ContentSearch(const Qcow2Layout& layout, const LocalFile& file)
      : layout_(layout), file_(file), cluster_bytes_(std::uint64_t{1} << layout.cluster_bits) {}

  std::uint64_t run(const std::stop_token& stop) {
    const auto first_table = read_table(file_, layout_.l1_offset, layout_.l1_entries * entry_bytes);
    reach(layout_.l1_offset + first_table.size());
    for (std::uint64_t i = 0; i < layout_.l1_entries; ++i) {
      if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
      const auto offset = big_endian(first_table, i * entry_bytes, entry_bytes) & offset_bits;
      if (offset != 0) look_through(offset, i * (cluster_bytes_ / entry_bytes));
    }
    return end_;
  }

 private:
  void look_through(std::uint64_t table_offset, std::uint64_t first_cluster) {
    const auto table = read_table(file_, table_offset, cluster_bytes_);
    reach(table_offset + cluster_bytes_);
    for (std::uint64_t i = 0; i < cluster_bytes_ / entry_bytes; ++i) {
      const auto entry = big_endian(table, i * entry_bytes, entry_bytes);
      if ((entry & compressed_bit) != 0) {
        reach(end_of_compressed(entry));
      } else if ((entry & offset_bits) != 0 && (entry & zero_bit) == 0) {
        reach((entry & offset_bits) + bytes_used_of(first_cluster + i));
      }
    }
  }

  /// Its last sector counts by its first byte: not every writer fills the file up to a whole sector.
  std::uint64_t end_of_compressed(std::uint64_t entry) const {
    const auto size_bits = layout_.cluster_bits - 8;
    const auto size_shift = 62 - size_bits;
    const auto offset = entry & ((std::uint64_t{1} << size_shift) - 1);
    const auto further_sectors = entry >> size_shift & ((std::uint64_t{1} << size_bits) - 1);
    const auto last_sector = (offset / compressed_sector_bytes + further_sectors) * compressed_sector_bytes;
    return std::max(offset, last_sector) + 1;
  }

  /// The disk's last cluster need not be there in full.
  std::uint64_t bytes_used_of(std::uint64_t cluster) const {
    const auto start = cluster * cluster_bytes_;
    if (start >= layout_.disk_bytes) return 0;
    const auto used = std::min(cluster_bytes_, layout_.disk_bytes - start);
    return (used + compressed_sector_bytes - 1) / compressed_sector_bytes * compressed_sector_bytes;
  }

  void reach(std::uint64_t offset) { end_ = std::max(end_, offset); }

  const Qcow2Layout& layout_;
  const LocalFile& file_;
  std::uint64_t cluster_bytes_;
  std::uint64_t end_ = 0;
};

}  // namespace

std::uint64_t qcow2_content_end(const LocalFile& file, const std::stop_token& stop) {
  const auto layout = check_qcow2_layer_header(file.read_at(0, qcow2_header_head));
  // Parts of a cluster may be missing there, which its tables would tell in another way.
  if (layout.extended_entries) return 0;
  return ContentSearch(layout, file).run(stop);
}

}  // namespace nocloud
