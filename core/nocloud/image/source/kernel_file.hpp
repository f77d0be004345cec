#pragma once

#include <cstdint>
#include <string_view>

namespace nocloud {

inline constexpr std::size_t kernel_head = 0x206;
inline constexpr std::uint64_t largest_kernel_bytes = std::uint64_t{512} << 20U;
inline constexpr std::uint64_t largest_initrd_bytes = std::uint64_t{2} << 30U;

/// Throws Error{invalid_input} unless this is how a Linux kernel starts: a bzImage, or an ELF file (a vmlinux
/// that boots by PVH).
void check_kernel_head(std::string_view head);

/// Throws Error{invalid_input} if a kernel could not take this as its command line: more than 2047 bytes, or
/// control characters.
void check_command_line(std::string_view command_line);

}  // namespace nocloud
