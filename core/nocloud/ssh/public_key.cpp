#include "nocloud/ssh/public_key.hpp"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// The value of a base64 letter, or -1.
int sextet(char letter) {
  if (letter >= 'A' && letter <= 'Z') return letter - 'A';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9') return letter - '0' + 52;
  if (letter == '+') return 62;
  return letter == '/' ? 63 : -1;
}

std::string_view take_word(std::string_view& line) {
  line = trimmed(line);
  const auto word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  auto letters = text.substr(0, text.find('='));
  if (text.size() - letters.size() > 2 ||
      text.find_first_not_of('=', letters.size()) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char letter : letters) {
    const int value = sextet(letter);
    if (value < 0) return std::nullopt;
    group = group << 6U | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xffU);
  }
  // Bits left over would be lost: then two texts would stand for one key.
  if ((group & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

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
