#include "nocloud/ssh/keys/image_host_key.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

namespace nocloud {
namespace {

constexpr std::array<std::string_view, 5> host_key_types{
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"};

bool is_host_key(const PublicKey& key) {
  constexpr std::size_t point_bytes = 32;
  if (std::ranges::find(host_key_types, key.type) == host_key_types.end()) return false;
  return key.type != "ssh-ed25519" ||
         key.blob.size() == wire_string(key.type).size() + wire_string({}).size() + point_bytes;
}

}  // namespace

std::string image_host_key_from(std::string_view text) {
  auto line = trimmed(text);
  if (line.ends_with('\n')) line = trimmed(line.substr(0, line.size() - 1));  // as a file has it
  const bool is_one_line = std::ranges::none_of(line, [](char c) { return c == '\n' || c == '\r'; });
  const auto key = is_one_line ? parse_public_key(line) : std::nullopt;
  if (key && is_host_key(*key)) return std::string(line);
  throw Error(ErrorKind::invalid_input, fmt::format("{} is not a public SSH host key", cited(text)),
              "Give the line that stands in the image's /etc/ssh/ssh_host_ed25519_key.pub: 'ssh-ed25519 "
              "AAAA…'.");
}

}  // namespace nocloud
