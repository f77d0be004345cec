#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nocloud {

/// The number in these bytes, the highest first. They must be there.
inline std::uint64_t big_endian(std::string_view bytes, std::size_t offset, std::size_t count) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(offset, count)) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

}  // namespace nocloud
