#include "nocloud/base/fd.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace nocloud {

void Fd::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool is_at(const Fd& fd, const std::filesystem::path& path) noexcept {
  struct stat opened {};
  struct stat present {};
  return ::fstat(fd.get(), &opened) == 0 && ::lstat(path.c_str(), &present) == 0 &&
         opened.st_ino == present.st_ino && opened.st_dev == present.st_dev;
}

}  // namespace nocloud
