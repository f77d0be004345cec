#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/image/local_file.hpp"

namespace nocloud {

/// A new file, written from its start to its end, in which zeros are holes.
class SparseFile {
 public:
  /// Throws Error{failed} if there is something at the path.
  explicit SparseFile(const std::filesystem::path& path);

  /// Throws Error{failed} if there is no room.
  void append(std::string_view bytes);
  /// Leaves a hole of so many bytes.
  void skip(std::uint64_t bytes) noexcept { size_ += bytes; }
  /// Has a file that is still empty hold what the source holds, without writing it once more; false, with
  /// nothing done, where the file system can't do that.
  bool share_blocks_of(const LocalFile& source);
  /// Gives the file its size; without this, zeros at its end may be missing.
  void finish();

  std::uint64_t size() const noexcept { return size_; }

 private:
  void write(std::string_view bytes) const;

  Fd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace nocloud
