#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/virt/hypervisor.hpp"
#include "nocloud/virt/libvirt/network/network_entries.hpp"

namespace nocloud {

/// libvirt's networks, and what VMs hold in them.
class LibvirtNetworks {
 public:
  explicit LibvirtNetworks(const Connection& connection) : connection_(connection) {}

  std::optional<Network> find(const NetworkName& name);
  HostInterface find_interface(const BridgeName& name) const;
  std::vector<Ipv4Subnet> subnets_in_use();
  std::vector<Ipv4Subnet> routed_subnets() const;
  void define(const NetworkPlan& plan);
  bool start(const NetworkName& name);
  bool undefine(const NetworkName& name);
  bool claim_address(const NetworkName& name, const AddressClaim& claim, DhcpEffect effect);
  bool release_address(const NetworkName& name, const VmName& vm);
  void publish_name(const NetworkName& name, const VmName& vm, Ipv4Address address);
  bool withdraw_name(const NetworkName& name, const VmName& vm);
  std::vector<Lease> leases(const NetworkName& name);

 private:
  /// Null if there is none of this name.
  NetworkHandle lookup(const NetworkName& name);
  NetworkHandle existing(const NetworkName& name);
  bool is_active(virNetworkPtr network, const NetworkName& name);
  std::string xml_of(virNetworkPtr network, NetworkXml which);

  const Connection& connection_;
};

}  // namespace nocloud
