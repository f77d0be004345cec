#pragma once

#include <cstdint>
#include <string_view>

namespace nocloud {

/// How much of a file's start check_qcow2_header reads.
inline constexpr std::size_t qcow2_header_head = 65536;

/// What a qcow2 header says of itself; nothing that it names is opened. Gives the size of the disk in bytes.
/// Throws Error{invalid_input} if the image does not stand alone (backing file, data file), is encrypted or
/// marked corrupt, needs a feature that we don't know, or has no valid size.
std::uint64_t check_qcow2_header(std::string_view head);

}  // namespace nocloud
