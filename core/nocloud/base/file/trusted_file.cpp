#include "nocloud/base/file/trusted_file.hpp"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, std::string_view why, std::string_view remedy) {
  throw Error(ErrorKind::invalid_input, fmt::format("{} {}", cited(path.string()), why), std::string(remedy));
}

/// No link is followed: it could lead to a file of root's whose text is another user's. O_NONBLOCK: opening a
/// FIFO must not wait for a writer.
Fd open_plain(const fs::path& path, const std::optional<FileUser>& user) {
  const FileRights rights(user);
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (fd || errno == ENOENT || errno == ENOTDIR || (user && errno == EACCES)) return fd;
  if (errno == ELOOP) refuse(path, "is a link", "Put the file itself there, or remove the link.");
  throw system_error(fmt::format("cannot read {}", cited(path.string())));
}

/// Judges the open file, which no other can take the place of.
void check_writers(const Fd& fd, const fs::path& path, const std::optional<FileUser>& user) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    throw system_error(fmt::format("cannot look at {}", cited(path.string())));
  if (!S_ISREG(status.st_mode)) refuse(path, "is not a regular file", "Remove it.");
  const uid_t owner = status.st_uid;
  if (owner != 0 && owner != ::getuid() && !(user && owner == user->uid)) {
    refuse(path, "belongs to another user", "Run `chown` on it if you trust its content, or remove it.");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse(path, "may be written by others than its owner",
           fmt::format("Check its content, then run: chmod go-w {}", printable(path.string())));
  }
}

}  // namespace

std::optional<std::string> read_trusted_file(const fs::path& path, std::size_t limit,
                                             const std::optional<FileUser>& user) {
  const auto fd = open_plain(path, user);
  if (!fd) return std::nullopt;
  check_writers(fd, path, user);
  return read_all(fd, path, limit);
}

}  // namespace nocloud
