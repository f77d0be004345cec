#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "nocloud/model/ipv4.hpp"

namespace nocloud {

/// Where the VMs of a group on user-mode networking meet: a multicast address and a port on the loopback
/// device of their host.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): without an address there is no MeetingPoint.
struct MeetingPoint {
  Ipv4Address address;
  std::uint16_t port;

  /// The one that follows from a text: an address of 239.192.0.0/14 (RFC 2365) and a port from 10,000 to
  /// 19,999.
  static MeetingPoint of_text(std::string_view text);
  /// Reads "ADDRESS:PORT". Throws Error{invalid_input}.
  static MeetingPoint parse(std::string_view text);
  /// As parse reads it.
  std::string str() const;
  bool operator==(const MeetingPoint&) const = default;
};

}  // namespace nocloud
