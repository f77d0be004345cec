#pragma once

#include <cstdint>
#include <string>

namespace nocloud {

/// Where SSH answers.
struct Endpoint {
  std::string host;
  std::uint16_t port = 22;
  /// The machine from which that holds, when it is not this one: `[user@]host` or `ssh://[user@]host:port`;
  /// else empty.
  std::string via = {};
  /// The private key file with which to log in there; empty: what the user's own `ssh` takes.
  std::string via_key = {};

  bool operator==(const Endpoint&) const = default;
};

/// Throws Error{invalid_input} if host or via could mean anything but a host to ssh or to a file that ssh
/// reads: options, patterns, lists, blanks; or if the key's path has control characters.
void check_endpoint(const Endpoint& endpoint);

/// "10.112.0.5", "127.0.0.1 port 20077": how messages name it.
std::string described(const Endpoint& endpoint);

}  // namespace nocloud
