#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "nocloud/base/fd.hpp"

namespace nocloud {

/// An exclusive lock among processes, held while this object lives; it dies with its process. The file goes
/// with the lock, so that nothing is left behind.
class FileLock {
 public:
  FileLock(FileLock&&) = default;
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

  /// Waits until the lock is free. `on_wait` is called once if it is not free at once.
  /// Throws Error{interrupted} when asked to stop while waiting.
  static FileLock acquire(const std::filesystem::path& path, const std::stop_token& stop = {},
                          const std::function<void()>& on_wait = {});

  /// The lock, or nothing if somebody holds it.
  static std::optional<FileLock> acquire_if_free(const std::filesystem::path& path);

  /// Says in the file who holds the lock. Throws Error{failed}.
  void say_holder(std::string_view holder) const;
  /// What its holder has said; nothing if nobody holds it.
  static std::optional<std::string> holder_at(const std::filesystem::path& path);

  /// Removes the file of a lock that nobody holds: what a killed process has left.
  static void remove_if_free(const std::filesystem::path& path);

 private:
  FileLock(std::filesystem::path path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::filesystem::path path_;
  Fd fd_;
};

}  // namespace nocloud
