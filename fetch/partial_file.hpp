#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/model/source/download_url.hpp"

namespace nocloud {

/// A file that is being downloaded. Beside it, until it is whole, FILE.origin tells which version at which
/// URL it is the beginning of. One process at a time has it. What nobody could go on with goes with this
/// object.
class PartialFile {
 public:
  /// Opens the file or makes it, and waits for whoever has it. What can't be gone on with counts as empty.
  PartialFile(std::filesystem::path path, const DownloadUrl& url);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::uint64_t size() const noexcept { return size_; }
  /// The server's word for the version (see http_answer.hpp); empty if there is nothing to go on from.
  const std::string& version() const noexcept { return version_; }

  /// Empties it, for the version to come; an empty one is never gone on with.
  void restart(const std::string& version);
  /// Throws Error{failed}, naming the remedy where the disk is full.
  void append(std::string_view bytes);
  /// Throws Error{failed} unless there is room for so many more bytes.
  void require_room(std::uint64_t bytes) const;
  /// Calls it whole.
  void finish();

 private:
  std::filesystem::path origin_path() const { return path_.string() + ".origin"; }

  std::filesystem::path path_;
  std::string url_digest_;
  Fd fd_;
  std::uint64_t size_ = 0;
  std::string version_;
  bool whole_ = false;
};

}  // namespace nocloud
