#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace nocloud {

// What only qemu-img can do with a disk image. Formats are always given, never guessed.

/// Has QEMU read a whole qcow2 image whose header was checked: its structure and all its content. Throws
/// Error{invalid_input} with QEMU's words if it is broken or cut short.
void read_through_qcow2(const std::filesystem::path& disk, std::uint64_t disk_bytes,
                        const std::stop_token& stop);

/// Writes a raw disk as a qcow2 image.
void convert_raw_to_qcow2(const std::filesystem::path& raw, const std::filesystem::path& qcow2,
                          const std::stop_token& stop);

/// Writes what a qcow2 disk holds, with all that lies below it, as one that stands alone.
void flatten_qcow2(const std::filesystem::path& disk, const std::filesystem::path& flat,
                   const std::stop_token& stop);

/// Makes a qcow2 disk say that it is the difference to the qcow2 file `below`; neither is looked into.
void rename_backing(const std::filesystem::path& disk, const std::string& below, const std::stop_token& stop);

}  // namespace nocloud
