#include "fetch/partial_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t largest_origin = 65536;

/// The file, which nobody else has then. Whoever had it may have removed it, which makes it another file.
Fd open_locked(const fs::path& path) {
  constexpr int attempts = 1000;  // each lost to another process that fetches the same
  for (int attempt = 0; attempt < attempts; ++attempt) {
    write_new_file(path, "", 0600);
    Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd && errno == ENOENT) continue;
    if (!fd) throw system_error(fmt::format("cannot open {}", cited(path.string())));
    while (::flock(fd.get(), LOCK_EX) != 0) {
      if (errno != EINTR) throw system_error(fmt::format("cannot lock {}", cited(path.string())));
    }
    if (is_at(fd, path)) return fd;
  }
  throw Error(ErrorKind::failed, fmt::format("others remove {} again and again", cited(path.string())));
}

std::uint64_t size_of(const Fd& fd, const fs::path& path) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is no file", cited(path.string())));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

/// Which version of this URL's file the partial file holds; empty if nobody knows.
std::string recorded_version(const fs::path& origin, const std::string& url_digest) {
  const auto text = read_file_if_present(origin, largest_origin);
  if (!text) return {};
  const auto record = Json::parse(*text, nullptr, false);
  const auto member = [&](const char* name) {
    const bool there = record.is_object() && record.contains(name) && record[name].is_string();
    return there ? record[name].get<std::string>() : std::string();
  };
  return member("url_sha256") == url_digest ? member("version") : std::string();
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

constexpr const char* make_room = "Free some, or set XDG_CACHE_HOME to a folder with more.";

}  // namespace

PartialFile::PartialFile(fs::path path, const DownloadUrl& url)
    : path_(std::move(path)),
      url_digest_(hex(bytes_of(sha256(url.str())))),
      fd_(open_locked(path_)),
      size_(size_of(fd_, path_)),
      version_(recorded_version(origin_path(), url_digest_)) {
  if (version_.empty() || size_ == 0) restart({});
}

PartialFile::~PartialFile() {
  if (whole_ || (size_ > 0 && !version_.empty())) return;
  // Removed while it is still locked: whoever waits for this file finds it gone.
  ::unlink(origin_path().c_str());
  ::unlink(path_.c_str());
}

void PartialFile::restart(const std::string& version) {
  // The old version's name goes before its bytes do, the new one's comes after: what is killed in between
  // begins anew.
  remove_file(origin_path());
  if (::ftruncate(fd_.get(), 0) != 0)
    throw system_error(fmt::format("cannot write {}", cited(path_.string())));
  size_ = 0;
  version_ = version;
  if (version.empty()) return;
  write_file(origin_path(), Json{{"url_sha256", url_digest_}, {"version", version}}.dump(), 0600);
}

void PartialFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == ENOSPC || errno == EDQUOT)) {
      throw Error(ErrorKind::unavailable, fmt::format("no space is left for {}", cited(path_.string())),
                  make_room);
    }
    if (count < 0) throw system_error(fmt::format("cannot write {}", cited(path_.string())));
    size_ += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void PartialFile::require_room(std::uint64_t bytes) const {
  const auto folder = fs::absolute(path_).parent_path();
  const auto available = fs::space(folder).available;
  if (available >= bytes) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("{} has room for {}, but {} are to come", cited(folder.string()),
                          megabytes(available), megabytes(bytes)),
              make_room);
}

void PartialFile::finish() {
  if (::fsync(fd_.get()) != 0) throw system_error(fmt::format("cannot write {}", cited(path_.string())));
  remove_file(origin_path());
  whole_ = true;
}

}  // namespace nocloud
