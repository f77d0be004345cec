#pragma once

#include <optional>
#include <vector>

#include "nocloud/model/ipv4.hpp"

namespace nocloud {

/// What a host's subnets are used for.
struct UsedSubnets {
  /// Of its networks: nothing may overlap them.
  std::vector<Ipv4Subnet> networks = {};
  /// Where its routes lead. A subnet within a wider one can be used, but hides a part of it.
  std::vector<Ipv4Subnet> routes = {};
};

/// A subnet for a new network.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a subnet has no default
struct SubnetChoice {
  Ipv4Subnet subnet;
  /// The route, part of which the subnet hides; nothing if no route leads there.
  std::optional<Ipv4Subnet> hidden = std::nullopt;
};

/// What a network on this subnet would get in the way of: a network of the host's, or a route that is as
/// narrow. Nothing if it would not.
std::optional<Ipv4Subnet> obstacle_to(const Ipv4Subnet& subnet, const UsedSubnets& used);

/// The narrowest route that leads to more than this subnet; nothing if there is none.
std::optional<Ipv4Subnet> hidden_by(const Ipv4Subnet& subnet, const UsedSubnets& used);

/// The first free /20 of nocloud's ranges, which Kubernetes, Docker, libvirt and usual VPNs leave alone. One
/// to which no route leads comes before one that hides a part of a wide route. Throws Error{conflict}.
SubnetChoice choose_subnet(const UsedSubnets& used);

}  // namespace nocloud
