#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// Gives the VMs of one run their addresses on one NAT network. Safe to call from several threads.
class AddressBook {
 public:
  AddressBook(const Context& context, const NetworkName& network);

  struct Assignment {
    MacAddress mac;
    Ipv4Address address;
  };
  /// The MACs that a NIC may have, the first of them for `attempt` 0.
  using MacSequence = std::function<MacAddress(unsigned attempt)>;
  /// Claims MAC and address for the VM, or finds what it holds already. The MAC is the first free one of its
  /// sequence. With `now`, the network's DHCP server knows at once. Throws Error{conflict} when
  /// the network is full.
  Assignment claim(const VmName& name, const MacSequence& macs, DhcpEffect effect);

  /// As it was when the book was opened.
  const Network& network() const { return network_; }

 private:
  void reload();
  MacAddress free_mac(const VmName& name, const MacSequence& macs) const;
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

/// By the networks' names.
using AddressBooks = std::map<std::string, AddressBook>;

}  // namespace nocloud
