#include "nocloud/virt/xml/domain/kernel_line.hpp"

#include <cstdint>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// "    0.000000": seconds and microseconds.
std::optional<std::chrono::microseconds> time_from(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 2 || parts[1].size() != 6) return std::nullopt;
  const auto seconds = parse_number<std::uint32_t>(trimmed(parts[0]));
  const auto rest = parse_number<std::uint32_t>(parts[1]);
  if (!seconds || !rest) return std::nullopt;
  return std::chrono::seconds(*seconds) + std::chrono::microseconds(*rest);
}

/// What stands in the brackets that the text begins with; they are removed from it.
std::optional<std::string_view> taken_brackets(std::string_view& text) {
  const auto end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos) return std::nullopt;
  const auto inside = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return inside;
}

/// "T1" is a thread's number, "C0" that of a CPU.
bool is_caller(std::string_view word) {
  word = trimmed(word);
  if (!word.starts_with('T') && !word.starts_with('C')) return false;
  return parse_number<std::uint32_t>(word.substr(1)).has_value();
}

}  // namespace

KernelLine kernel_line(std::string_view line) {
  auto rest = line;
  const auto inside = taken_brackets(rest);
  const auto time = inside ? time_from(*inside) : std::nullopt;
  if (!time) return {.text = line};
  auto after_caller = rest;
  if (const auto caller = taken_brackets(after_caller); caller && is_caller(*caller)) rest = after_caller;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  return {.time = time, .text = rest};
}

}  // namespace nocloud
