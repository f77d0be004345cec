#include "nocloud/base/file/fd.hpp"

#include <cerrno>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

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

std::string read_all(const Fd& fd, const std::filesystem::path& path, std::size_t limit) {
  std::string content;
  std::vector<char> buffer(65536);
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
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

}  // namespace nocloud
