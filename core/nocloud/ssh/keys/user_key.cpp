#include "nocloud/ssh/keys/user_key.hpp"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/shell_word.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "nocloud/ssh/keys/private_key.hpp"

namespace nocloud {
namespace {

constexpr std::size_t key_file_limit = 65536;
constexpr std::string_view comment = "nocloud";

void make_private_key(const std::filesystem::path& path) {
  const auto bytes = random_bytes(sizeof(Sha256));
  Sha256 seed{};
  std::copy(bytes.begin(), bytes.end(), seed.begin());
  make_folder(path.parent_path(), 0700);
  // If another process was faster, its key is the one: read_file below finds it.
  write_new_file(path, ssh_key_from_seed(seed, comment).private_key, 0600);
}

/// ssh refuses a key that others may read.
void keep_private(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & 077U) == 0) return;
  // Never what a link leads to: that may be somebody else's.
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file && ::fchmod(file.get(), 0600) == 0) return;
  throw Error(ErrorKind::invalid_input,
              fmt::format("others may read the private key {}", cited(path.string())),
              fmt::format("`chmod 600 {}` as its owner.", shell_word(path.string())));
}

}  // namespace

std::string load_or_make_user_key(const std::filesystem::path& path) {
  auto private_key = read_file_if_present(path, key_file_limit);
  if (!private_key) {
    make_private_key(path);
    private_key = read_file(path, key_file_limit);
  }
  keep_private(path);
  auto line = fmt::format("{} {}", public_key_of(*private_key, path.string()), comment);
  const auto public_path = std::filesystem::path(path).concat(".pub");
  const auto with_newline = line + '\n';
  if (read_file_if_present(public_path, key_file_limit) != with_newline) {
    write_file(public_path, with_newline, 0644);
  }
  return line;
}

}  // namespace nocloud
