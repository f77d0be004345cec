#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/file/file.hpp"

namespace nocloud::test {

inline constexpr std::uint64_t one_gib = std::uint64_t{1} << 30U;

/// Disk images to be looked at, in a folder of their own.
class DiskFiles {
 public:
  std::filesystem::path path(std::string_view name) const { return folder_.path() / name; }

  /// A file with this content.
  std::filesystem::path file(std::string_view name, std::string_view content) const;
  /// A raw disk of this many bytes with some content at its start.
  std::filesystem::path raw(std::string_view name, std::uint64_t bytes = std::uint64_t{4} << 20U) const;
  /// The raw disk of `raw` in another format, by qemu-img's options: {"-O", "qcow2"}.
  std::filesystem::path converted(std::string_view name, const std::vector<std::string>& options) const;
  std::filesystem::path qcow2(std::string_view name) const { return converted(name, {"-O", "qcow2"}); }
  /// What `qemu-img create` makes of the arguments before and after the file.
  std::filesystem::path created(std::string_view name, const std::vector<std::string>& options,
                                const std::string& size = {}) const;

  /// Overwrites bytes in the middle of a file.
  static void patch(const std::filesystem::path& file, std::uint64_t offset, std::string_view bytes);

 private:
  TemporaryFolder folder_;
};

/// The number as `bytes` bytes, the highest first.
std::string big_endian(std::uint64_t number, std::size_t bytes);

}  // namespace nocloud::test
