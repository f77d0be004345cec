#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nocloud/virt/network.hpp"

namespace nocloud {

std::string network_xml(const NetworkPlan& plan);

/// A network as its XML describes it (whether it is active is not in there). Throws Error{failed} if it has
/// no IPv4 subnet.
Network network_from_xml(std::string_view xml);

/// All IPv4 subnets of a network, whatever else is or isn't in it.
std::vector<Ipv4Subnet> subnets_from_xml(std::string_view xml);

/// A DHCP or DNS host entry as it stands in a network, unchecked: others may have made it.
struct HostEntry {
  std::string mac = {};
  std::string address;
  std::vector<std::string> names;

  bool has(std::string_view name) const;
  bool operator==(const HostEntry&) const = default;
};
std::vector<HostEntry> dhcp_hosts_from_xml(std::string_view xml);
std::vector<HostEntry> dns_hosts_from_xml(std::string_view xml);

/// An entry as an update of a network takes it, to add or to remove it.
std::string dhcp_host_xml(const HostEntry& entry);
std::string dns_host_xml(const HostEntry& entry);

/// What a host's interface is, by libvirt's XML of it.
HostInterface interface_kind_from_xml(std::string_view xml);

}  // namespace nocloud
