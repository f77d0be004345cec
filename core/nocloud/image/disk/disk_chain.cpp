#include "nocloud/image/disk/disk_chain.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/big_endian.hpp"
#include "nocloud/image/disk/disk_path.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// More than QEMU takes.
constexpr int most_layers = 200;
constexpr std::size_t at_backing_offset = 8;

[[noreturn]] void refuse(std::string_view file, std::string_view why) {
  throw Error(ErrorKind::failed, fmt::format("cannot read {}: {}", cited(file), why));
}

/// The start of a file or block device; of nothing that would have to be waited for.
std::string head_of(const fs::path& path) {
  // Looked at before it is opened, which other devices than disks take for a command.
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw system_error(fmt::format("cannot read {}", cited(path.string())));
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
    refuse(path.string(), "it is neither a file nor a disk");
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) throw system_error(fmt::format("cannot read {}", cited(path.string())));
  std::string head(qcow2_header_head, '\0');
  std::size_t got = 0;
  while (got < head.size()) {
    const auto count = ::pread(fd.get(), head.data() + got, head.size() - got, static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot read {}", cited(path.string())));
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  head.resize(got);
  return head;
}

/// What the file calls the one below it; nothing if it stands alone.
std::optional<std::string> below(const fs::path& path) {
  const auto head = head_of(path);
  if (head.starts_with(std::string_view("QED\0", 4))) refuse(path.string(), "its format is not known here");
  if (!is_qcow2(head)) return std::nullopt;
  if (head.size() < at_backing_offset + 8) refuse(path.string(), "its header is cut short");
  if (big_endian(head, at_backing_offset, 8) == 0) return std::nullopt;
  auto name = qcow2_backing_name(head);
  if (!name) refuse(path.string(), "its header is broken");
  return name;
}

}  // namespace

std::vector<std::string> disk_chain(const std::string& disk, const std::set<std::string>& known) {
  std::vector<std::string> files;
  auto path = path_of_disk(disk, {});
  for (int layer = 0; layer < most_layers; ++layer) {
    files.push_back(path.string());
    std::error_code failure;
    const auto target = fs::canonical(path, failure);
    if (!failure && target != path) files.push_back(target.string());
    if (known.contains(path.string()) || (!failure && known.contains(target.string()))) return files;
    const auto name = below(path);
    if (!name) return files;
    path = path_of_disk(*name, path.parent_path());
  }
  refuse(disk, "it has too many layers");
}

bool is_no_disk(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode);
}

}  // namespace nocloud
