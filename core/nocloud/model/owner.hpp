#pragma once

#include <compare>
#include <string>

namespace nocloud {

/// Who made a VM: the login and the host it was made from.
struct Owner {
  std::string user;
  std::string host;

  /// "user@host".
  std::string str() const { return user + "@" + host; }
  auto operator<=>(const Owner&) const = default;
};

}  // namespace nocloud
