#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "nocloud/base/file/file.hpp"

namespace nocloud {

/// Keeps temporary folders until what lies in them is not needed any more.
using KeptFolders = std::vector<std::unique_ptr<TemporaryFolder>>;

/// A file that nobody but this process changes: what is checked is what is used. Anybody's file becomes one
/// by a copy.
class PrivateFile {
 public:
  /// Copies the file into a temporary folder of our own: it is opened once, and shares its blocks where the
  /// file system can do that. Throws what LocalFile::open throws; Error{invalid_input} if the file is cut
  /// short meanwhile; Error{failed} if there is no room; Error{interrupted}.
  static PrivateFile copy_of(const std::filesystem::path& file, const std::stop_token& stop);
  /// A file that this process, or a program that it ran, made in a folder of our own.
  static PrivateFile made_here(const std::filesystem::path& file) { return {file, file, nullptr}; }
  /// Takes a file where it is if only root and we can change it or what is at its path; else a copy of it.
  static PrivateFile taken(const std::filesystem::path& file, const std::stop_token& stop);

  const std::filesystem::path& path() const noexcept { return path_; }
  bool is_copy() const noexcept { return folder_ != nullptr; }
  /// The path by which its user knows it, for messages.
  const std::filesystem::path& known_as() const noexcept { return known_as_; }

  /// The folder that the file goes with; nothing if somebody else keeps it.
  std::unique_ptr<TemporaryFolder> release_folder() && { return std::move(folder_); }

 private:
  PrivateFile(std::filesystem::path known_as, std::filesystem::path path,
              std::unique_ptr<TemporaryFolder> folder)
      : known_as_(std::move(known_as)), path_(std::move(path)), folder_(std::move(folder)) {}

  std::filesystem::path known_as_;
  std::filesystem::path path_;
  std::unique_ptr<TemporaryFolder> folder_;
};

}  // namespace nocloud
