#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nocloud/model/identity.hpp"
#include "nocloud/ops/network/address_book.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {

/// nocloud's own network.
inline NetworkName own() {
  return NetworkName::parse("nocloud");
}

inline Ipv4Address address(std::string_view text) {
  return Ipv4Address::parse(text);
}

/// What a VM's first NIC gets.
inline AddressBook::Assignment claim_in(AddressBook& book, const VmName& name,
                                        DhcpEffect effect = DhcpEffect::with_next_start) {
  return book.claim(
      name, [&](unsigned attempt) { return mac_of_vm(name, {}, attempt); }, effect);
}

class Networks : public testing::Test, protected Scene {
 protected:
  FakeWorld::Net& put(std::string_view name, std::string_view subnet, std::vector<Ipv4Range> dynamic = {}) {
    const auto network = NetworkName::parse(name);
    FakeWorld::Net net{.network = {.name = network,
                                   .active = true,
                                   .subnet = Ipv4Subnet::parse(subnet),
                                   .dynamic = std::move(dynamic)}};
    return world.networks.insert_or_assign(network, std::move(net)).first->second;
  }
  /// The addresses that the book of `network` gives to these names.
  AddressBook::Assignment claim(std::string_view network, std::string_view name) {
    AddressBook book(me.context(), NetworkName::parse(network));
    return claim_in(book, VmName::parse(name));
  }
};

}  // namespace nocloud::test
