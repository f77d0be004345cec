#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace nocloud {

// What only qemu-img can do with a disk image. Formats are always given, never guessed.

/// Has QEMU read a whole qcow2 image whose header was checked: its structure and all its content. Throws
/// Error{invalid_input} with QEMU's words if it is broken or cut short.
void read_through_qcow2(const std::filesystem::path& disk, std::uint64_t disk_bytes,
                        const std::stop_token& stop);

/// Writes a raw disk as a qcow2 image.
void convert_raw_to_qcow2(const std::filesystem::path& raw, const std::filesystem::path& qcow2,
                          const std::stop_token& stop);

}  // namespace nocloud
