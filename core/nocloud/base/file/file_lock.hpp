#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <sys/types.h>

#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/file/file_rights.hpp"

namespace nocloud {

/// Where a lock's file lies, and with whose rights it is made and removed.
struct LockPlace {
  // NOLINTNEXTLINE(google-explicit-constructor): a path is the place of whoever runs this
  LockPlace(std::filesystem::path file, std::optional<FileUser> rights = std::nullopt)
      : path(std::move(file)), user(rights) {}

  std::filesystem::path path;
  std::optional<FileUser> user;
};

/// How to wait for a lock that somebody holds.
struct LockWait {
  std::stop_token stop = {};
  /// How much longer to wait once asked to stop: what undoes a run's work may need a lock, too.
  std::chrono::milliseconds after_stop{0};
  /// Called once if the lock is not free at once; the wait ends with what it throws.
  std::function<void()> on_wait = {};
  /// Called once after a second, with the name of who holds the lock.
  std::function<void(const std::string& holder)> on_long_wait = {};
  std::chrono::milliseconds limit = std::chrono::minutes{10};
};

/// A lock among processes, exclusive unless it is shared, held while this object lives; it dies with its
/// process. The file goes with the last lock on it, so that nothing is left behind.
class FileLock {
 public:
  FileLock(FileLock&&) = default;
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(place_, other.place_);
    std::swap(fd_, other.fd_);
    std::swap(kind_, other.kind_);
    std::swap(joined_, other.joined_);
    return *this;
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

  /// Waits until the lock is free. Throws Error{interrupted} when asked to stop, Error{timed_out} with the
  /// name of who holds it when the limit is over, Error{failed} if there is something else at its path.
  static FileLock acquire(const LockPlace& place, const LockWait& wait = {});

  /// The same, but others may share the lock; nobody has it exclusively meanwhile.
  static FileLock acquire_shared(const LockPlace& place, const LockWait& wait = {});

  /// The lock, or nothing if somebody holds it.
  static std::optional<FileLock> acquire_if_free(const LockPlace& place);

  /// Holds the other one, too, until this one ends.
  void join(FileLock other) { joined_ = std::make_unique<FileLock>(std::move(other)); }

  /// The process that holds the lock; nothing if nobody does, or if it can't be seen.
  static std::optional<pid_t> holder_at(const LockPlace& place);

  /// Removes the file of a lock that nobody holds: what a killed process has left in this folder.
  static void remove_if_free(const Fd& folder, const std::string& name);

 private:
  enum class Kind { exclusive, shared };

  FileLock(LockPlace place, Fd fd, Kind kind = Kind::exclusive)
      : place_(std::move(place)), fd_(std::move(fd)), kind_(kind) {}
  static bool take(const Fd& fd, const LockPlace& place, Kind kind);
  static FileLock wait_for(const LockPlace& place, const LockWait& wait, Kind kind);

  LockPlace place_;
  Fd fd_;
  Kind kind_ = Kind::exclusive;
  std::unique_ptr<FileLock> joined_;
};

}  // namespace nocloud
