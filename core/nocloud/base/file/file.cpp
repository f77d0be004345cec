#include "nocloud/base/file/file.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/file/lock_holder.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot write {}", cited(path.string())));
    content.remove_prefix(static_cast<std::size_t>(count));
  }
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

/// Only root may give a file away. What root makes with a user's rights is that user's already.
void give_to_folder_owner(const Fd& file, const fs::path& path) {
  struct stat own {};
  struct stat folder {};
  if (::fstat(file.get(), &own) != 0 || own.st_uid != 0 || ::geteuid() != 0) return;
  if (::stat(folder_of(path).c_str(), &folder) != 0 || folder.st_uid == 0) return;
  if (::fchown(file.get(), folder.st_uid, folder.st_gid) != 0) {
    throw system_error(fmt::format("cannot hand {} to its folder's owner", cited(path.string())));
  }
}

/// Where a file is written before it takes its place. The name is fixed, so that what a killed process left
/// there goes when the same file is next written or removed.
fs::path unfinished(const fs::path& target) {
  return target.string() + ".new";
}

/// How long a file may take to be written by another process.
constexpr std::chrono::seconds longest_writing{60};

/// Waits for whoever writes this file. False if it was not locked by then.
bool wait_for_writer(const Fd& file) {
  const auto end = std::chrono::steady_clock::now() + longest_writing;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// Waits for whoever writes this file, and removes it if it was left by a process that is no more.
void remove_unfinished(const fs::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd && !wait_for_writer(fd)) {
    const auto holder = lock_holder(fd);
    throw Error(ErrorKind::timed_out,
                fmt::format("{} is still writing {}", holder ? process_name(*holder) : "another process",
                            cited(path.string())),
                "Wait until that process ends, or end it; then run the command again.");
  }
  // What can't be opened was left by root; the folder's owner may remove it.
  if (!fd || is_at(fd, path)) ::unlink(path.c_str());
}

/// A new, empty file that is locked: its lock tells that somebody still writes it.
Fd locked_new_file(const fs::path& path) {
  constexpr int attempts = 1000;  // each lost to another process that writes the same file
  for (int attempt = 0; attempt < attempts; ++attempt) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd && ::flock(fd.get(), LOCK_EX) == 0 && is_at(fd, path)) return fd;
    if (!fd && errno != EEXIST) break;
    if (!fd) remove_unfinished(path);
  }
  throw system_error(fmt::format("cannot create {}", cited(path.string())));
}

/// A file beside its final place, gone with this object unless it was moved there.
class NewFile {
 public:
  explicit NewFile(const fs::path& target) : path_(unfinished(target)), fd_(locked_new_file(path_)) {}
  ~NewFile() {
    if (!moved_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void fill(std::string_view content, mode_t mode) {
    write_all(fd_.get(), content, path_);
    if (::fchmod(fd_.get(), mode) != 0 || ::fsync(fd_.get()) != 0) {
      throw system_error(fmt::format("cannot write {}", cited(path_.string())));
    }
    give_to_folder_owner(fd_, path_);
  }

  void replace(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      throw system_error(fmt::format("cannot write {}", cited(target.string())));
    }
    moved_ = true;
  }

  bool become(const fs::path& target) {
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      return moved_ = true;
    }
    // Not every file system can do that in one step.
    const bool linked = errno == EINVAL && ::link(path_.c_str(), target.c_str()) == 0;
    if (linked || errno == EEXIST) return linked;
    throw system_error(fmt::format("cannot write {}", cited(target.string())));
  }

 private:
  fs::path path_;
  Fd fd_;
  bool moved_ = false;
};

fs::path temporary_root() {
  const char* configured = std::getenv("TMPDIR");
  return configured != nullptr && *configured != '\0' ? configured : "/tmp";
}

constexpr std::string_view temporary_prefix = "nocloud-tmp-";

constexpr std::size_t digits = 8;

/// A part at random and a sum of it: a name that nobody gives a folder of his own by accident.
std::string temporary_name(std::string_view random) {
  const auto begun = fmt::format("{}{}", temporary_prefix, random);
  return fmt::format("{}-{}", begun, hex(bytes_of(sha256(begun))).substr(0, digits));
}

bool has_temporary_name(const fs::path& path) {
  const auto name = path.filename().string();
  return name.size() > temporary_prefix.size() && name.starts_with(temporary_prefix) &&
         name == temporary_name(std::string_view(name).substr(temporary_prefix.size(), digits));
}

/// A lock on a folder of the caller's own, not on what a link there leads to; nothing if somebody holds it.
Fd locked_folder(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  const bool ours = fd && ::fstat(fd.get(), &status) == 0 && status.st_uid == ::geteuid();
  const bool locked = ours && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && is_at(fd, path);
  return locked ? std::move(fd) : Fd();
}

}  // namespace

std::optional<std::string> read_file_if_present(const fs::path& path, std::size_t limit) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw system_error(fmt::format("cannot read {}", cited(path.string())));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is not a regular file", cited(path.string())),
                "Give a regular file.");
  }
  return read_all(fd, path, limit);
}

std::string read_file(const fs::path& path, std::size_t limit) {
  auto content = read_file_if_present(path, limit);
  if (!content) {
    throw Error(ErrorKind::not_found, fmt::format("there is no file {}", cited(path.string())),
                "Look whether the path is right; without a leading / it starts in the current folder.");
  }
  return *std::move(content);
}

void write_file(const fs::path& path, std::string_view content, mode_t mode) {
  NewFile file(path);
  file.fill(content, mode);
  file.replace(path);
}

bool write_new_file(const fs::path& path, std::string_view content, mode_t mode) {
  NewFile file(path);
  file.fill(content, mode);
  return file.become(path);
}

void discard_unfinished(const fs::path& path) {
  remove_unfinished(unfinished(path));
}

void remove_file(const fs::path& path) {
  discard_unfinished(path);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  throw system_error(fmt::format("cannot remove {}", cited(path.string())));
}

void make_folder(const fs::path& path, mode_t mode) {
  std::error_code unknown;  // what can't be looked at, mkdir tells
  if (path.empty() || fs::is_directory(path, unknown)) return;
  make_folder(folder_of(path) == path ? fs::path{} : folder_of(path), mode);
  if (::mkdir(path.c_str(), mode) == 0) {
    const Fd made(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return give_to_folder_owner(made, path);
  }
  if (errno != EEXIST || !fs::is_directory(path, unknown)) {
    throw system_error(fmt::format("cannot make folder {}", cited(path.string())));
  }
}

fs::path user_path(std::string_view text) {
  const char* home = std::getenv("HOME");
  if (!text.starts_with("~/") || home == nullptr) return text;
  return fs::path(home) / text.substr(2);
}

TemporaryFolder::TemporaryFolder(const fs::path& parent) {
  const auto root = parent.empty() ? temporary_root() : parent;
  constexpr int attempts = 100;  // each lost to a run that took the new folder for an abandoned one
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto made = root / temporary_name(hex(random_bytes(digits / 2)));
    const bool is_new = ::mkdir(made.c_str(), 0700) == 0;
    if (!is_new && errno != EEXIST) break;
    if (is_new) lock_ = locked_folder(made);
    if (!lock_) continue;
    path_ = made;
    return;
  }
  const auto error = system_error(fmt::format("cannot make a temporary folder in {}", cited(root.string())),
                                  ErrorKind::unavailable);
  throw Error(error.kind(), error.message(), "Set TMPDIR to a folder that is there and where you may write.");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a destructor has nobody to tell
  fs::remove_all(path_, ignored);
}

std::vector<std::unique_ptr<TemporaryFolder>> TemporaryFolder::abandoned(const fs::path& parent) {
  std::vector<std::unique_ptr<TemporaryFolder>> left;
  std::error_code ignored;  // no folder, nothing left in it
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    if (!has_temporary_name(entry.path())) continue;
    auto lock = locked_folder(entry.path());
    // The constructor is private, which std::make_unique cannot call.
    if (lock)
      left.push_back(std::unique_ptr<TemporaryFolder>(new TemporaryFolder(entry.path(), std::move(lock))));
  }
  return left;
}

}  // namespace nocloud
