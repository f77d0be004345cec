#include "nocloud/model/mac_address.hpp"

#include <charconv>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {

MacAddress MacAddress::parse(std::string_view text) {
  const auto parts = split(text, ':');
  std::array<std::uint8_t, 6> bytes{};
  bool whole = parts.size() == bytes.size();
  for (std::size_t i = 0; whole && i < bytes.size(); ++i) {
    const auto part = parts[i];
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), bytes[i], 16);
    whole = part.size() == 2 && error == std::errc{} && end == part.data() + part.size();
  }
  if (whole) return MacAddress(bytes);
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no MAC address", cited(text)),
              "A MAC address is six pairs of hexadecimal digits: 52:54:00:2c:26:b4.");
}

std::string MacAddress::str() const {
  return fmt::format("{:02x}", fmt::join(bytes_, ":"));
}

}  // namespace nocloud
