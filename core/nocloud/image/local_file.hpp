#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/file/fd.hpp"

namespace nocloud {

/// A regular, non-empty file of this machine, open for reading.
class LocalFile {
 public:
  /// Throws Error{not_found}; Error{invalid_input} if it is empty, a folder, a device or a FIFO (without
  /// waiting for its writer); Error{failed} if it may not be read.
  static LocalFile open(const std::filesystem::path& path);

  /// When it was opened.
  std::uint64_t size() const noexcept { return size_; }
  int descriptor() const noexcept { return fd_.get(); }
  /// At most `most` bytes from here on; fewer at the file's end only.
  std::string read_at(std::uint64_t offset, std::size_t most) const;
  /// Where the first bytes at or behind this offset are that are no hole; the size if there are none.
  std::uint64_t next_data(std::uint64_t offset) const;
  /// Of the whole content, read in pieces; raw bytes. Throws Error{interrupted} when asked to stop.
  std::string digest(DigestAlgorithm algorithm, const std::stop_token& stop) const;

 private:
  LocalFile(std::filesystem::path path, Fd fd, std::uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  std::filesystem::path path_;
  Fd fd_;
  std::uint64_t size_;
};

/// How much of a file is held in memory at a time.
inline constexpr std::size_t file_piece = std::size_t{1} << 20U;

}  // namespace nocloud
