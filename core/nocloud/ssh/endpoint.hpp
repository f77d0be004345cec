#pragma once

#include <cstdint>
#include <string>

namespace nocloud {

/// Where SSH answers.
struct Endpoint {
  std::string host;
  std::uint16_t port = 22;
  /// The machine from which that holds, as `ssh` takes it ([user@]host), when it is not this one; else empty.
  std::string via = {};

  bool operator==(const Endpoint&) const = default;
};

}  // namespace nocloud
