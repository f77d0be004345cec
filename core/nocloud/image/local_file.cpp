#include "nocloud/image/local_file.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  return "a device or socket";
}

}  // namespace

LocalFile LocalFile::open(const std::filesystem::path& path) {
  const auto name = cited(path.string());
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) {
    throw Error(ErrorKind::not_found, fmt::format("there is no file {}", name),
                "Look whether the path is right; without a leading / it starts in the current folder.");
  }
  if (!fd) throw system_error(fmt::format("cannot read {}", name));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error(fmt::format("cannot read {}", name));
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is {}, not a file", name, kind_of(status.st_mode)),
                "Give a regular file.");
  }
  if (status.st_size == 0)
    throw Error(ErrorKind::invalid_input, fmt::format("{} is empty", name),
                "Give the file that is meant, or fetch it again.");
  return {path, std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

std::string LocalFile::read_at(std::uint64_t offset, std::size_t most) const {
  std::string bytes(most, '\0');
  std::size_t filled = 0;
  while (filled < most) {
    const ssize_t count =
        ::pread(fd_.get(), bytes.data() + filled, most - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot read {}", cited(path_.string())));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

std::uint64_t LocalFile::next_data(std::uint64_t offset) const {
  const auto found = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
  if (found < 0 && errno == ENXIO) return size_;
  // Not every file system knows of holes.
  return found < 0 ? offset : std::min(static_cast<std::uint64_t>(found), size_);
}

std::string LocalFile::digest(DigestAlgorithm algorithm, const std::stop_token& stop) const {
  DigestSum sum(algorithm);
  std::uint64_t offset = 0;
  for (;;) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    const auto piece = read_at(offset, file_piece);
    if (piece.empty()) return sum.finish();
    sum.add(piece);
    offset += piece.size();
  }
}

}  // namespace nocloud
