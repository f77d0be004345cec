#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace nocloud {

class MacAddress {
 public:
  /// "52:54:00:2c:26:b4", either case. Throws Error{invalid_input}.
  static MacAddress parse(std::string_view text);
  explicit MacAddress(std::array<std::uint8_t, 6> bytes) : bytes_(bytes) {}

  /// Lower case, with colons.
  std::string str() const;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the zero of a comparison for a pointer
  auto operator<=>(const MacAddress&) const = default;

 private:
  std::array<std::uint8_t, 6> bytes_;
};

}  // namespace nocloud
