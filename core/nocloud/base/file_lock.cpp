#include "nocloud/base/file_lock.hpp"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t holder_limit = 4096;

Fd open_lock_file(const std::filesystem::path& path) {
  // Readable by all, so that a user and the root of the same user's sudo can wait for each other.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) throw system_error(fmt::format("cannot open lock file {}", cited(path.string())));
  return fd;
}

}  // namespace

FileLock::~FileLock() {
  // Removed while it is still locked: whoever waits for this file finds it gone and opens the next one.
  if (fd_) ::unlink(path_.c_str());
}

FileLock FileLock::acquire(const std::filesystem::path& path, const std::stop_token& stop,
                           const std::function<void()>& on_wait) {
  Fd fd = open_lock_file(path);
  bool told = false;
  for (;;) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      if (is_at(fd, path)) return {path, std::move(fd)};
      fd = open_lock_file(path);
      continue;
    }
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw system_error(fmt::format("cannot lock {}", path.string()));
    if (!told && on_wait) on_wait();
    told = true;
    if (stop.stop_requested())
      throw Error(ErrorKind::interrupted, "interrupted while waiting for another run");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::optional<FileLock> FileLock::acquire_if_free(const std::filesystem::path& path) {
  Fd fd = open_lock_file(path);
  // One that is gone from its path had a holder just now.
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || !is_at(fd, path)) return std::nullopt;
  return FileLock(path, std::move(fd));
}

void FileLock::say_holder(std::string_view holder) const {
  Fd fd(::open(path_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::write(fd.get(), holder.data(), holder.size()) != static_cast<ssize_t>(holder.size())) {
    throw system_error(fmt::format("cannot write {}", cited(path_.string())));
  }
}

std::optional<std::string> FileLock::holder_at(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return read_file_if_present(path, holder_limit);
}

void FileLock::remove_if_free(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && is_at(fd, path)) FileLock(path, std::move(fd));
}

}  // namespace nocloud
