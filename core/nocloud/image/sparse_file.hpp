#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "nocloud/base/fd.hpp"

namespace nocloud {

/// A new file, written from its start to its end, in which zeros are holes.
class SparseFile {
 public:
  /// Throws Error{failed} if there is something at the path.
  explicit SparseFile(const std::filesystem::path& path);

  /// Throws Error{failed} if there is no room.
  void append(std::string_view bytes);
  /// Gives the file its size; without this, zeros at its end may be missing.
  void finish();

  std::uint64_t size() const noexcept { return size_; }

 private:
  void write(std::string_view bytes) const;

  Fd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace nocloud
