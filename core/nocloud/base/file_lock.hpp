#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "nocloud/base/fd.hpp"

namespace nocloud {

/// An exclusive lock among processes, held while this object lives; it dies with its process.
class FileLock {
 public:
  /// Waits until the lock is free. `on_wait` is called once if it is not free at once.
  /// Throws Error{interrupted} when asked to stop while waiting.
  static FileLock acquire(const std::filesystem::path& path, const std::stop_token& stop = {},
                          const std::function<void()>& on_wait = {});

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace nocloud
