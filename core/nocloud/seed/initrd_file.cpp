#include "nocloud/seed/initrd_file.hpp"

#include <fmt/format.h>

namespace nocloud {
namespace {

/// Linux looks for the next archive at a multiple of this, and for each part of one.
constexpr std::uint64_t alignment = 4;

std::string padding_after(std::uint64_t bytes) {
  std::string padding((alignment - bytes % alignment) % alignment, '\0');
  return padding;
}

/// An entry of the format "newc", as Linux's buffer-format.rst has it: 13 numbers in hexadecimal.
std::string cpio_entry(std::string_view name, unsigned mode, std::string_view content) {
  const auto head =
      fmt::format("070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{}",
                  /*inode*/ 0, mode, /*owner*/ 0, /*group*/ 0, /*links*/ 1, /*time*/ 0, content.size(),
                  /*device*/ 0, 0, 0, 0, name.size() + 1, /*checksum*/ 0, name) +
      '\0';
  return head + padding_after(head.size()) + std::string(content) + padding_after(content.size());
}

}  // namespace

std::string initrd_file(std::uint64_t initrd_bytes, std::string_view name, std::string_view content) {
  constexpr unsigned own_file = 0100600;
  return padding_after(initrd_bytes) + cpio_entry(name, own_file, content) + cpio_entry("TRAILER!!!", 0, "");
}

}  // namespace nocloud
