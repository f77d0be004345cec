#include "nocloud/virt/libvirt/console/kernel_console.hpp"

#include "nocloud/virt/xml/domain/kernel_line.hpp"

namespace nocloud {
namespace {

bool is_kernel_line(std::string_view line) {
  return kernel_line(line).time || line.starts_with("Linux version ");
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
