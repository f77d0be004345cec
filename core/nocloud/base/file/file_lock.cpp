#include "nocloud/base/file/file_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/lock_holder.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// A FIFO or a terminal in the place of the file must not keep us waiting.
constexpr int careful = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
/// Waits that take longer are told.
constexpr auto long_wait = 1s;

bool is_regular(const Fd& fd) {
  struct stat status {};
  return ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode);
}

Fd open_lock_file(const LockPlace& place) {
  const FileRights rights(place.user);
  // Readable by all, so that a user and the root of the same user's sudo can wait for each other.
  Fd fd(::open(place.path.c_str(), careful | O_CREAT, 0644));
  if (!fd) throw system_error(fmt::format("cannot open lock file {}", cited(place.path.string())));
  if (is_regular(fd)) return fd;
  throw Error(ErrorKind::failed, fmt::format("{} is not a regular file", cited(place.path.string())),
              "Remove it: nocloud keeps a lock there.");
}

std::string holder_of(const Fd& fd) {
  const auto pid = lock_holder(fd);
  return pid ? process_name(*pid) : "another process";
}

/// One wait: when it began, and what was told of it.
class Waiting {
 public:
  Waiting(const LockPlace& place, const LockWait& wait) : place_(place), wait_(wait) {}

  /// Sleeps until it is worth another look.
  void go_on(const Fd& fd) {
    if (!std::exchange(began_, true) && wait_.on_wait) wait_.on_wait();
    const auto now = steady_clock::now();
    if (wait_.stop.stop_requested()) {
      if (!stopped_) stopped_ = now;
      if (now - *stopped_ >= wait_.after_stop)
        throw Error(ErrorKind::interrupted, fmt::format("interrupted while waiting for {}", holder_of(fd)));
    }
    const auto waited = now - start_;
    if (waited >= wait_.limit) throw out_of_time(fd);
    if (waited >= long_wait && !std::exchange(told_, true) && wait_.on_long_wait) {
      wait_.on_long_wait(holder_of(fd));
    }
    std::this_thread::sleep_for(std::min<steady_clock::duration>(10ms, wait_.limit - waited));
  }

 private:
  Error out_of_time(const Fd& fd) const {
    const std::chrono::duration<double> limit = wait_.limit;
    return {ErrorKind::timed_out,
            fmt::format("{} holds {} and did not release it within {:.3g} s", holder_of(fd),
                        cited(place_.path.filename().string()), limit.count()),
            "Wait until that process ends, or end it; then run the command again."};
  }

  const LockPlace& place_;
  const LockWait& wait_;
  steady_clock::time_point start_ = steady_clock::now();
  std::optional<steady_clock::time_point> stopped_;
  bool began_ = false;
  bool told_ = false;
};

}  // namespace

FileLock::~FileLock() {
  if (!fd_) return;
  try {
    const FileRights rights(place_.user);
    // Whoever shares it last removes the file, alone with it.
    if (kind_ == Kind::shared && !(take(fd_, place_, Kind::exclusive) && is_at(fd_, place_.path))) return;
    // Removed while it is still locked: whoever waits for this file finds it gone and opens the next one.
    ::unlink(place_.path.c_str());
  } catch (const Error&) {
    return;  // the file stays; nobody holds its lock, and the next run removes it
  }
}

bool FileLock::take(const Fd& fd, const LockPlace& place, Kind kind) {
  if (::flock(fd.get(), (kind == Kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  throw system_error(fmt::format("cannot lock {}", cited(place.path.string())));
}

FileLock FileLock::acquire(const LockPlace& place, const LockWait& wait) {
  return wait_for(place, wait, Kind::exclusive);
}

FileLock FileLock::acquire_shared(const LockPlace& place, const LockWait& wait) {
  return wait_for(place, wait, Kind::shared);
}

FileLock FileLock::wait_for(const LockPlace& place, const LockWait& wait, Kind kind) {
  Fd fd = open_lock_file(place);
  Waiting waiting(place, wait);
  for (;;) {
    if (!take(fd, place, kind)) {
      waiting.go_on(fd);
    } else if (is_at(fd, place.path)) {
      return {place, std::move(fd), kind};
    } else {
      fd = open_lock_file(place);
    }
  }
}

std::optional<FileLock> FileLock::acquire_if_free(const LockPlace& place) {
  Fd fd = open_lock_file(place);
  // One that is gone from its path had a holder just now.
  if (!take(fd, place, Kind::exclusive) || !is_at(fd, place.path)) return std::nullopt;
  return FileLock(place, std::move(fd));
}

std::optional<pid_t> FileLock::holder_at(const LockPlace& place) {
  const FileRights rights(place.user);
  const Fd fd(::open(place.path.c_str(), careful));
  if (!fd || !is_regular(fd) || ::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return lock_holder(fd);
}

void FileLock::remove_if_free(const Fd& folder, const std::string& name) {
  const Fd fd(::openat(folder.get(), name.c_str(), careful));
  if (!fd || !is_regular(fd) || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return;
  struct stat opened {};
  struct stat present {};
  const bool still_there = ::fstat(fd.get(), &opened) == 0 &&
                           ::fstatat(folder.get(), name.c_str(), &present, AT_SYMLINK_NOFOLLOW) == 0 &&
                           opened.st_ino == present.st_ino && opened.st_dev == present.st_dev;
  if (still_there) ::unlinkat(folder.get(), name.c_str(), 0);
}

}  // namespace nocloud
