#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// The text without blanks (space, tab, carriage return) at either end.
std::string_view trimmed(std::string_view text);

/// The parts between separators; an empty text is one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

/// A whole decimal number without sign, blanks or leading "+"; nothing if the text is anything else or too
/// large.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data(), end, number);
  const bool digits_only = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (text.empty() || !digits_only || error != std::errc{} || parsed_to != end) return std::nullopt;
  return number;
}

/// Foreign text made fit for a terminal or a log: every control character and every byte that is not UTF-8
/// becomes visible ("\x1b"), so that it can neither move the cursor nor forge a line. So does every character
/// that shows nothing ("\u{202e}"), such as those that turn the direction of a text. Newlines are kept if
/// `lines` asks for it.
enum class Newlines { escape, keep };
std::string printable(std::string_view text, Newlines newlines = Newlines::escape);

/// The text in single quotes, printable, shortened to `limit` bytes with "…": how messages cite what a user
/// gave.
std::string cited(std::string_view text, std::size_t limit = 80);

/// The last `count` lines.
std::string_view last_lines(std::string_view text, std::size_t count);

bool is_utf8(std::string_view text);

/// The bytes of the first character; a single byte where that is not UTF-8, none at the end of the text.
std::string_view first_character(std::string_view text);

/// Lower-case hexadecimal.
std::string hex(std::string_view bytes);
/// Whether the text is that, with so many digits.
bool is_hex(std::string_view text, std::size_t digits);

/// Base64 with padding; line breaks every `columns` characters when given (a final one included).
std::string base64(std::string_view bytes, std::size_t columns = 0);
/// The bytes of padded base64; nothing if the text is anything else.
std::optional<std::string> from_base64(std::string_view text);

/// "1 CPU", "2 CPUs": the noun gets an s unless there is one.
std::string counted(std::uint64_t number, std::string_view noun);

/// "a, b and c".
std::string enumerated(const std::vector<std::string>& words);

}  // namespace nocloud
