#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// The network that a VM is put on where its user names none: `nat` where the hypervisor may make networks,
/// else `user`.
NetworkChoice default_network(const HostFacts& host);

/// Makes sure that a NAT network is there and active. Only nocloud's own network `nocloud` is made when it is
/// missing. Throws Error{not_found} for another, Error{unavailable} where networks can't be had, with the
/// remedy.
void ensure_network(const Context& context, const NetworkName& name);

/// Gives the VMs of one run their addresses on one NAT network. Safe to call from several threads.
class AddressBook {
 public:
  AddressBook(const Context& context, NetworkName network);

  struct Assignment {
    MacAddress mac;
    Ipv4Address address;
  };
  /// Claims MAC and address for the VM, or finds what it holds already. The MAC is the first free one of the
  /// name's own sequence. With `now`, the network's DHCP server knows at once. Throws Error{conflict} when
  /// the network is full.
  Assignment claim(const VmName& name, DhcpEffect effect);
  void release(const VmName& name);

  /// As it was when the book was opened.
  const Network& network() const { return network_; }

 private:
  void reload();
  MacAddress free_mac(const VmName& name) const;
  Ipv4Address free_address(const VmName& name) const;
  bool leased_to_another(const Assignment& assignment) const;

  const Context& context_;
  std::mutex mutex_;
  const Network network_;
  std::vector<AddressClaim> claims_;
  StaticPart addresses_;
  DhcpEffect least_effect_;
  std::map<MacAddress, VmName> macs_;
  std::set<Ipv4Address> taken_;
};

}  // namespace nocloud
