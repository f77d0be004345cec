#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "nocloud/base/file/fd.hpp"

namespace nocloud {

/// The whole regular file. Throws Error{not_found} if it is missing, Error{invalid_input} if it is a
/// directory, a device or larger than `limit` bytes, Error{failed} if it can't be read.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// The same, or nothing if there is no such file.
std::optional<std::string> read_file_if_present(const std::filesystem::path& path, std::size_t limit);

/// Replaces the file as a whole or leaves it as it was. What root writes belongs to the owner of the folder,
/// so that a command run by sudo leaves nothing in a home that its owner can't use.
void write_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// Like write_file, but leaves a file that is already there alone, and says whether this call made it.
bool write_new_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// Removes the file, if it is there, and what discard_unfinished removes.
void remove_file(const std::filesystem::path& path);

/// Removes what a process that was killed while it wrote this file has left beside it.
void discard_unfinished(const std::filesystem::path& path);

/// Makes the folder and its parents with this mode; what root makes belongs to the owner of the folder above.
void make_folder(const std::filesystem::path& path, mode_t mode);

/// The path that a user means: a leading `~/` is the home of who runs this.
std::filesystem::path user_path(std::string_view text);

/// A folder of its own (mode 0700) that goes with this object, content and all. A lock on it dies with this
/// process: by that a later run knows that a killed one has left it.
class TemporaryFolder {
 public:
  /// Below `parent`, or $TMPDIR, else /tmp.
  explicit TemporaryFolder(const std::filesystem::path& parent = {});
  ~TemporaryFolder();
  /// The caller's folders below `parent` that killed processes have left: locked, and to go with what is
  /// given here.
  static std::vector<std::unique_ptr<TemporaryFolder>> abandoned(const std::filesystem::path& parent);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  TemporaryFolder(std::filesystem::path path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  Fd lock_;
};

}  // namespace nocloud
