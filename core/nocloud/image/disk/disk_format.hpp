#pragma once

#include <string_view>

namespace nocloud {

/// Packed is what gzip, xz or zstd made of one of the others.
enum class DiskFormat { qcow2, raw, packed };

/// How much of a file's start and end tells its format.
inline constexpr std::size_t disk_format_head = 0x8006;
inline constexpr std::size_t disk_format_tail = 512;

/// What the file is by its own marks; raw is what has none that we know. Throws Error{invalid_input} with
/// the remedy for other disk formats, archives and installation media.
DiskFormat disk_format_of(std::string_view head, std::string_view tail);

}  // namespace nocloud
