#include "nocloud/image/sparse_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t hole_bytes = 65'536;

Error no_room() {
  const auto error = system_error("it cannot be written");
  return {error.kind(), error.message(), "If space is short, set TMPDIR to a folder with more of it."};
}

}  // namespace

SparseFile::SparseFile(const std::filesystem::path& path)
    : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
  if (!fd_) throw system_error(fmt::format("cannot make {}", cited(path.string())));
}

void SparseFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, hole_bytes);
    if (piece.find_first_not_of('\0') != std::string_view::npos) write(piece);
    size_ += piece.size();
    bytes.remove_prefix(piece.size());
  }
}

bool SparseFile::share_blocks_of(const LocalFile& source) {
  if (::ioctl(fd_.get(), FICLONE, source.descriptor()) != 0) return false;
  size_ = source.size();  // which finish() gives the file, whatever the source has become since
  return true;
}

void SparseFile::finish() {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) throw no_room();
}

void SparseFile::write(std::string_view bytes) const {
  auto offset = static_cast<off_t>(size_);
  while (!bytes.empty()) {
    const auto count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw no_room();
    offset += count;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace nocloud
