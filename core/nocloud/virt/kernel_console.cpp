#include "nocloud/virt/kernel_console.hpp"

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// "[    0.000000] …": seconds and microseconds since the kernel's start.
bool has_kernel_time(std::string_view line) {
  const auto end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos) return false;
  const auto parts = split(line.substr(1, end - 1), '.');
  if (parts.size() != 2 || parts[1].size() != 6) return false;
  return parse_number<unsigned>(trimmed(parts[0])) && parse_number<unsigned>(parts[1]);
}

bool is_kernel_line(std::string_view line) {
  return has_kernel_time(line) || line.starts_with("Linux version ");
}

}  // namespace

bool KernelConsole::feed(std::string_view piece) {
  // More than any line that is looked for; what goes on beyond is no text.
  constexpr std::size_t longest_line = 4096;
  for (const char letter : piece) {
    if (letter == '\n')
      line_.clear();
    else if (line_.size() < longest_line)
      line_ += letter;
    // Timestamps are short: nothing later in a line can make it a kernel's.
    if (line_.size() <= 64 && is_kernel_line(line_)) seen_ = true;
  }
  return seen_;
}

}  // namespace nocloud
