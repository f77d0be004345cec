#include "nocloud/base/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/fd.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

std::string read_all(int fd, const fs::path& path, std::size_t limit) {
  std::string content;
  std::vector<char> buffer(65536);
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot read {}", cited(path.string())));
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) {
      throw Error(ErrorKind::invalid_input,
                  fmt::format("{} is larger than {} bytes", cited(path.string()), limit));
    }
  }
}

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

/// Only root may give a file away.
void give_to_folder_owner(const fs::path& path) {
  if (::geteuid() != 0) return;
  struct stat folder {};
  if (::stat(folder_of(path).c_str(), &folder) != 0 || folder.st_uid == 0) return;
  if (::lchown(path.c_str(), folder.st_uid, folder.st_gid) != 0) {
    throw system_error(fmt::format("cannot hand {} to its folder's owner", cited(path.string())));
  }
}

/// A whole file beside its final place, gone with this object unless it was moved there.
class NewFile {
 public:
  NewFile(const fs::path& target, std::string_view content, mode_t mode)
      : path_(fmt::format("{}.new-{}", target.string(), hex(random_bytes(6)))) {
    Fd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) throw system_error(fmt::format("cannot create {}", cited(path_.string())));
    made_ = true;
    write_all(fd.get(), content, path_);
    if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0) {
      throw system_error(fmt::format("cannot write {}", cited(path_.string())));
    }
    give_to_folder_owner(path_);
  }
  ~NewFile() {
    if (made_) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void replace(const fs::path& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      throw system_error(fmt::format("cannot write {}", cited(target.string())));
    }
    made_ = false;
  }

  bool become(const fs::path& target) {
    if (::link(path_.c_str(), target.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    throw system_error(fmt::format("cannot write {}", cited(target.string())));
  }

 private:
  fs::path path_;
  bool made_ = false;
};

fs::path temporary_root() {
  const char* configured = std::getenv("TMPDIR");
  return configured != nullptr && *configured != '\0' ? configured : "/tmp";
}

}  // namespace

std::optional<std::string> read_file_if_present(const fs::path& path, std::size_t limit) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw system_error(fmt::format("cannot read {}", cited(path.string())));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is not a regular file", cited(path.string())));
  }
  return read_all(fd.get(), path, limit);
}

std::string read_file(const fs::path& path, std::size_t limit) {
  auto content = read_file_if_present(path, limit);
  if (!content) throw Error(ErrorKind::not_found, fmt::format("there is no file {}", cited(path.string())));
  return *std::move(content);
}

void write_file(const fs::path& path, std::string_view content, mode_t mode) {
  NewFile(path, content, mode).replace(path);
}

bool write_new_file(const fs::path& path, std::string_view content, mode_t mode) {
  return NewFile(path, content, mode).become(path);
}

void make_folder(const fs::path& path, mode_t mode) {
  if (path.empty() || fs::is_directory(path)) return;
  make_folder(folder_of(path) == path ? fs::path{} : folder_of(path), mode);
  if (::mkdir(path.c_str(), mode) == 0) return give_to_folder_owner(path);
  if (errno != EEXIST || !fs::is_directory(path)) {
    throw system_error(fmt::format("cannot make folder {}", cited(path.string())));
  }
}

TemporaryFolder::TemporaryFolder(const fs::path& parent) {
  std::string pattern = ((parent.empty() ? temporary_root() : parent) / "nocloud-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw system_error(fmt::format("cannot make a temporary folder {}", cited(pattern)));
  }
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a destructor has nobody to tell
  fs::remove_all(path_, ignored);
}

}  // namespace nocloud
