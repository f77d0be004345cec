#include "nocloud/model/source/checksum.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

struct Algorithm {
  std::string_view prefix;
  DigestAlgorithm algorithm;
  std::size_t digits;
};
constexpr std::array algorithms{Algorithm{"sha256:", DigestAlgorithm::sha256, 64},
                                Algorithm{"sha512:", DigestAlgorithm::sha512, 128}};

std::string lower_case(std::string_view digits) {
  std::string lower(digits);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char digit) { return digit >= 'A' && digit <= 'F' ? char(digit - 'A' + 'a') : digit; });
  return lower;
}

}  // namespace

Checksum Checksum::parse(std::string_view text) {
  for (const auto& [prefix, algorithm, digits] : algorithms) {
    if (!text.starts_with(prefix)) continue;
    auto hex = lower_case(text.substr(prefix.size()));
    if (is_hex(hex, digits)) {
      return {.algorithm = algorithm, .hex = std::move(hex)};
    }
    throw Error(ErrorKind::invalid_input,
                fmt::format("{} has not {} hexadecimal digits", cited(text), digits),
                "Copy it whole, as the image's publisher shows it.");
  }
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no checksum", cited(text)),
              "A checksum is sha256: or sha512: and its digits, as the image's publisher shows them.");
}

std::string Checksum::str() const {
  const auto named = std::find_if(algorithms.begin(), algorithms.end(),
                                  [&](const Algorithm& known) { return known.algorithm == algorithm; });
  return std::string(named->prefix) + hex;
}

}  // namespace nocloud
