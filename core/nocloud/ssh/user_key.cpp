#include "nocloud/ssh/user_key.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/ssh/host_key.hpp"
#include "nocloud/ssh/private_key.hpp"

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

}  // namespace

std::string load_or_make_user_key(const std::filesystem::path& path) {
  auto private_key = read_file_if_present(path, key_file_limit);
  if (!private_key) {
    make_private_key(path);
    private_key = read_file(path, key_file_limit);
  }
  auto line = fmt::format("{} {}", public_key_of(*private_key, path.string()), comment);
  const auto public_path = std::filesystem::path(path).concat(".pub");
  const auto with_newline = line + '\n';
  if (read_file_if_present(public_path, key_file_limit) != with_newline) {
    write_file(public_path, with_newline, 0644);
  }
  return line;
}

}  // namespace nocloud
