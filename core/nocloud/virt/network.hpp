#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/model/ipv4.hpp"
#include "nocloud/model/mac_address.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {

/// An address held for a VM in a network's configuration (libvirt: a DHCP host entry).
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): without a MAC there is no claim to be made.
struct AddressClaim {
  VmName name;
  MacAddress mac;
  Ipv4Address address;
  bool operator==(const AddressClaim&) const = default;
};

/// What nocloud needs to know of a network of the hypervisor's.
struct Network {
  NetworkName name;
  bool active = false;
  /// The bridge's name on the host, e.g. `virbr0`.
  std::string bridge = {};
  std::optional<MacAddress> bridge_mac = std::nullopt;
  /// The DNS domain, empty if it has none.
  std::string domain = {};
  Ipv4Subnet subnet;
  /// What its DHCP server gives to anybody; empty if there is no DHCP server.
  std::vector<Ipv4Range> dynamic = {};
  /// Sorted by address. Claims that others made under names that are no VM names are in `reserved` only.
  std::vector<AddressClaim> claims = {};
  /// Every address that a DHCP host entry holds, whoever made it.
  std::vector<Ipv4Address> reserved = {};
  std::string uuid = {};
};

/// A network to define: NAT to the outside, DHCP for `dynamic`, DNS, a bridge without STP delay.
struct NetworkPlan {
  NetworkName name;
  std::string domain;
  Ipv4Subnet subnet;
  Ipv4Range dynamic;
  MacAddress bridge_mac;
};

/// An address that a network's DHCP server has given away.
struct Lease {
  MacAddress mac;
  Ipv4Address address;
};

/// What a host has under the name of a network interface.
enum class HostInterface { unknown, none, bridge, other };

/// When a claim's DHCP entry takes effect: now costs the network's DHCP server a restart of its rules
/// (200–300 ms).
enum class DhcpEffect { with_next_start, now };

}  // namespace nocloud
