#pragma once

#include <cstddef>
#include <string>

namespace nocloud {

/// The most user-data that is taken, in bytes.
inline constexpr std::size_t largest_user_data = std::size_t{1} << 20U;

/// That in a file. Throws what read_file throws, and Error{invalid_input} that names the file if cloud-init
/// would ignore it or could not read it.
std::string read_user_data(const std::string& path);

}  // namespace nocloud
