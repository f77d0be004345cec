#include "nocloud/ssh/keys/public_key.hpp"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

std::string_view take_word(std::string_view& line) {
  line = trimmed(line);
  const auto word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::string wire_string(std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(size >> shift & 0xffU);
  return out.append(bytes);
}

std::optional<std::string_view> take_wire_string(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8U | static_cast<std::uint8_t>(bytes[i]);
  if (bytes.size() - 4 < size) return std::nullopt;
  const auto taken = bytes.substr(4, size);
  bytes.remove_prefix(4 + size);
  return taken;
}

std::optional<PublicKey> parse_public_key(std::string_view line) {
  const auto type = take_word(line);
  const auto blob = from_base64(take_word(line));
  if (type.empty() || !blob) return std::nullopt;
  std::string_view inside = *blob;
  if (take_wire_string(inside) != type || inside.empty()) return std::nullopt;
  while (!inside.empty()) {
    if (!take_wire_string(inside)) return std::nullopt;
  }
  return PublicKey{.type = std::string(type), .blob = *blob, .comment = std::string(trimmed(line))};
}

std::string fingerprint(std::string_view blob) {
  auto text = base64(bytes_of(sha256(blob)));
  text.erase(text.find_last_not_of('=') + 1);
  return fmt::format("SHA256:{}", text);
}

}  // namespace nocloud
