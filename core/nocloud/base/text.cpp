#include "nocloud/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace nocloud {
namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none (RFC 3629, table of
/// section 4).
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const auto continues = [&](std::size_t at, std::uint8_t low = 0x80, std::uint8_t high = 0xbf) {
    return at < text.size() && byte(at) >= low && byte(at) <= high;
  };
  if (text.empty()) return 0;
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const std::uint8_t low = first == 0xe0 ? 0xa0 : 0x80;
    const std::uint8_t high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const std::uint8_t low = first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// C0, DEL and, as UTF-8 pairs, C1: terminals obey both.
bool is_control(std::string_view sequence) {
  const auto first = static_cast<std::uint8_t>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<std::uint8_t>(sequence[1]) < 0xa0;
}

/// Of a well-formed UTF-8 sequence.
char32_t code_point(std::string_view sequence) {
  constexpr std::array<unsigned, 5> payload{0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t point = static_cast<std::uint8_t>(sequence[0]) & payload.at(sequence.size());
  for (const char byte : sequence.substr(1)) point = point << 6U | (static_cast<std::uint8_t>(byte) & 0x3fU);
  return point;
}

struct CodePoints {
  char32_t first;
  char32_t last;
};

/// Unicode's format characters (category Cf) that show nothing, and its separators of lines: they turn the
/// order of what is read around, hide in names, or forge lines.
constexpr std::array unseen{
    CodePoints{0xad, 0xad},       CodePoints{0x61c, 0x61c},     CodePoints{0x180e, 0x180e},
    CodePoints{0x200b, 0x200f},   CodePoints{0x2028, 0x202e},   CodePoints{0x2060, 0x206f},
    CodePoints{0xfeff, 0xfeff},   CodePoints{0xfff9, 0xfffb},   CodePoints{0x1bca0, 0x1bca3},
    CodePoints{0x1d173, 0x1d17a}, CodePoints{0xe0000, 0xe007f},
};

bool is_unseen(std::string_view sequence) {
  const auto point = code_point(sequence);
  return std::ranges::any_of(
      unseen, [&](const CodePoints& range) { return point >= range.first && point <= range.last; });
}

bool continues_character(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xc0U) == 0x80U;
}

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(byte));
}

/// The value of a base64 letter, or -1.
int sextet(char letter) {
  if (letter >= 'A' && letter <= 'Z') return letter - 'A';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9') return letter - '0' + 52;
  if (letter == '+') return 62;
  return letter == '/' ? 63 : -1;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string printable(std::string_view text, Newlines newlines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto sequence = first_character(text);
    const bool kept_newline = sequence == "\n" && newlines == Newlines::keep;
    if (!is_utf8(sequence) || (is_control(sequence) && !kept_newline)) {
      append_escaped(out, sequence);
    } else if (is_unseen(sequence)) {
      out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(code_point(sequence)));
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

std::string cited(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return fmt::format("'{}'", printable(text));
  std::size_t end = limit;
  while (end > 0 && limit - end < 3 && continues_character(text[end])) --end;
  return fmt::format("'{}…'", printable(text.substr(0, end)));
}

std::string_view last_lines(std::string_view text, std::size_t count) {
  if (count == 0) return {};
  auto start = text.size();
  if (start > 0 && text.back() == '\n') --start;
  for (; start > 0; --start) {
    if (text[start - 1] == '\n' && --count == 0) break;
  }
  return text.substr(start);
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view first_character(std::string_view text) {
  const auto length = utf8_sequence(text);
  return text.substr(0, length == 0 ? 1 : length);
}

std::string hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<std::uint8_t>(byte));
  return out;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string base64(std::string_view bytes, std::size_t columns) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::size_t column = 0;
  const auto put = [&](char letter) {
    out += letter;
    if (columns != 0 && ++column == columns) {
      out += '\n';
      column = 0;
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto chunk = bytes.substr(at, 3);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (i < chunk.size() ? static_cast<std::uint8_t>(chunk[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      put(i <= chunk.size() ? alphabet[group >> (18 - 6 * i) & 0x3fU] : '=');
    }
  }
  if (column != 0) out += '\n';
  return out;
}

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

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string enumerated(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace nocloud
