#include "nocloud/image/source/kernel_file.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::string_view elf_magic =
    "\x7f"
    "ELF";
/// Documentation/arch/x86/boot.rst of Linux.
constexpr std::string_view bzimage_magic = "HdrS";
constexpr std::size_t at_bzimage_magic = 0x202;
constexpr std::size_t longest_command_line = 2047;

}  // namespace

void check_kernel_head(std::string_view head) {
  if (head.starts_with(elf_magic)) return;
  if (head.size() >= kernel_head && head.substr(at_bzimage_magic).starts_with(bzimage_magic)) return;
  throw Error(ErrorKind::invalid_input, "it is no Linux kernel",
              "Give a kernel as distributions install it, /boot/vmlinuz-…");
}

void check_command_line(std::string_view command_line) {
  if (command_line.size() > longest_command_line) {
    throw Error(ErrorKind::invalid_input, fmt::format("the kernel's command line has {} bytes, {} at most",
                                                      command_line.size(), longest_command_line));
  }
  if (printable(command_line) != command_line) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("the kernel's command line {} has control characters", cited(command_line)),
                "Write it in one line of plain text.");
  }
}

}  // namespace nocloud
