#include "nocloud/ssh/keys/private_key.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

namespace nocloud {
namespace {

constexpr std::string_view head = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view tail = "-----END OPENSSH PRIVATE KEY-----";

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw Error(
      ErrorKind::invalid_input, fmt::format("private key {} {}", cited(name), why),
      "nocloud logs in with an ed25519 key without passphrase; move this file away and it makes one.");
}

std::string decoded_body(std::string_view text, std::string_view name) {
  const auto start = text.find(head);
  const auto end = text.find(tail);
  if (start == std::string_view::npos || end == std::string_view::npos || end < start)
    refuse(name, "is not in OpenSSH's format");
  std::string letters;
  for (const char letter : text.substr(start + head.size(), end - start - head.size())) {
    if (letter != '\n' && letter != '\r') letters += letter;
  }
  auto bytes = from_base64(letters);
  if (!bytes) refuse(name, "is broken");
  return *std::move(bytes);
}

}  // namespace

std::string public_key_of(std::string_view private_key, std::string_view name) {
  using namespace std::string_view_literals;
  constexpr auto magic = "openssh-key-v1\0"sv;
  const auto body = decoded_body(private_key, name);
  std::string_view rest = body;
  if (!rest.starts_with(magic)) refuse(name, "is broken");
  rest.remove_prefix(magic.size());
  const auto cipher = take_wire_string(rest);
  const auto derivation = take_wire_string(rest);
  const auto derivation_options = take_wire_string(rest);
  if (!cipher || !derivation || !derivation_options) refuse(name, "is broken");
  if (*cipher != "none") refuse(name, "needs a passphrase");
  if (!rest.starts_with("\0\0\0\1"sv)) refuse(name, "is broken");
  rest.remove_prefix(4);
  const auto blob = take_wire_string(rest);
  if (!blob) refuse(name, "is broken");
  std::string_view inside = *blob;
  const auto type = take_wire_string(inside);
  auto line = fmt::format("{} {}", type.value_or(""), base64(*blob));
  if (!parse_public_key(line)) refuse(name, "is broken");
  return line;
}

}  // namespace nocloud
