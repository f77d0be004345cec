#include "nocloud/ops/network/address_book.hpp"

#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/networks_scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AddressBooksTest : public Networks {};

TEST_F(AddressBooksTest, AddressFollowsFromTheName) {
  // A published vector: of 128 addresses, `foo` gets number 127 and `web00` number 77.
  put("vectors", "192.168.7.0/24", {{address("192.168.7.130"), address("192.168.7.254")}});
  EXPECT_EQ(claim("vectors", "web00").address.str(), "192.168.7.79");
  EXPECT_EQ(claim("vectors", "foo").address.str(), "192.168.7.129");
  EXPECT_EQ(claim("vectors", "foo").mac.str(), "52:54:00:2c:26:b4");
}

TEST_F(AddressBooksTest, AskedAgainItGivesTheSame) {
  put("office", "192.168.7.0/24");
  AddressBook book(me.context(), NetworkName::parse("office"));
  const auto name = VmName::parse("web00");
  const auto first = claim_in(book, name);
  EXPECT_EQ(claim_in(book, name).address, first.address);
  EXPECT_EQ(claim("office", "web00").address, first.address);
}

TEST_F(AddressBooksTest, ATakenAddressMovesOnToTheNext) {
  auto& net = put("office", "192.168.7.0/24");
  const auto name = VmName::parse("web00");
  const auto first = claim("office", "web00").address;
  net.network.claims = {};
  net.network.reserved = {first};
  EXPECT_EQ(claim("office", name.str()).address.number(), first.number() + 1);
}

TEST_F(AddressBooksTest, ATakenMacMovesOnToTheNextOfTheName) {
  auto& net = put("office", "192.168.7.0/24");
  const auto name = VmName::parse("web00");
  net.network.claims = {{VmName::parse("other"), mac_of_vm(name), address("192.168.7.9")}};
  net.network.reserved = {address("192.168.7.9")};
  EXPECT_EQ(claim("office", "web00").mac, mac_of_vm(name, {}, 1));
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("the MAC of web00 is held by another VM")));
}

TEST_F(AddressBooksTest, AFullNetworkIsAConflict) {
  put("small", "192.168.7.0/30");
  claim("small", "web00");
  const auto error = refusal_of([&] { claim("small", "web01"); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("network 'small' has no free address for VM 'web01'"));
}

TEST_F(AddressBooksTest, WithoutStaticRoomTheDhcpServerKnowsAtOnce) {
  auto& net = put("default", "192.168.122.0/24", {{address("192.168.122.2"), address("192.168.122.254")}});
  claim("default", "web00");
  EXPECT_TRUE(net.in_force.contains(VmName::parse("web00")));
  auto& roomy = put("roomy", "192.168.7.0/24", {{address("192.168.7.130"), address("192.168.7.254")}});
  claim("roomy", "web00");
  EXPECT_TRUE(roomy.in_force.empty()) << "a live entry costs 300 ms";
}

TEST_F(AddressBooksTest, AGuestThatAsksDhcpIsKnownAtOnce) {
  auto& net = put("roomy", "192.168.7.0/24", {{address("192.168.7.130"), address("192.168.7.254")}});
  AddressBook book(me.context(), NetworkName::parse("roomy"));
  claim_in(book, VmName::parse("web00"), DhcpEffect::now);
  EXPECT_TRUE(net.in_force.contains(VmName::parse("web00")));
}

TEST_F(AddressBooksTest, WithoutStaticRoomALeasedAddressIsLeftAlone) {
  const std::vector<Ipv4Range> all{{address("192.168.122.2"), address("192.168.122.254")}};
  put("default", "192.168.122.0/24", all);
  const auto first = claim("default", "web00").address;
  auto& net = put("default", "192.168.122.0/24", all);
  net.leases = {{.mac = mac_of_vm(VmName::parse("stranger")), .address = first}};
  EXPECT_NE(claim("default", "web00").address, first);
}

TEST_F(AddressBooksTest, ALeaseGivenWhileWeClaimedIsLeftAlone) {
  const std::vector<Ipv4Range> all{{address("192.168.122.2"), address("192.168.122.254")}};
  auto& net = put("default", "192.168.122.0/24", all);
  AddressBook book(me.context(), NetworkName::parse("default"));
  const auto name = VmName::parse("web00");
  const StaticPart addresses(net.network.subnet, {});
  const auto first = addresses.at(address_index_of(name, addresses.size()));
  net.leases = {{.mac = mac_of_vm(VmName::parse("stranger")), .address = first}};
  EXPECT_NE(claim_in(book, name, DhcpEffect::now).address, first);
  EXPECT_EQ(net.network.claims.size(), 1U);
}

TEST_F(AddressBooksTest, TwoBooksNeverGiveOneAddressTwice) {
  put("office", "192.168.7.0/25");
  std::vector<std::jthread> threads;
  for (int side = 0; side < 2; ++side) {
    threads.emplace_back([&, side] {
      auto process = another(side == 0 ? eva : bob);
      AddressBook book(process.context(), NetworkName::parse("office"));
      for (int i = 0; i < 60; ++i) {
        claim_in(book, VmName::parse(fmt::format("vm-{}-{}", side, i)));
      }
    });
  }
  threads.clear();
  std::set<Ipv4Address> given;
  for (const auto& claim : world.networks.begin()->second.network.claims) given.insert(claim.address);
  EXPECT_EQ(given.size(), 120U);
}

TEST_F(AddressBooksTest, ABookServesSeveralThreads) {
  put("office", "192.168.7.0/24");
  const auto& context = me.context();
  AddressBook book(context, NetworkName::parse("office"));
  std::vector<std::jthread> threads;
  threads.emplace_back([&] {  // makes the book look again
    auto other = another(bob);
    AddressBook theirs(other.context(), NetworkName::parse("office"));
    for (int i = 0; i < 20; ++i) {
      claim_in(theirs, VmName::parse(fmt::format("vm-{}", i)));
    }
  });
  for (int side = 0; side < 4; ++side) {
    threads.emplace_back([&, side] {
      for (int i = 0; i < 20; ++i) {
        const auto name = VmName::parse(fmt::format("vm-{}-{}", side, i));
        claim_in(book, name);
        context.hypervisor.publish_name(book.network().name, name, book.network().subnet.gateway());
      }
    });
  }
  threads.clear();
  EXPECT_EQ(world.networks.begin()->second.network.claims.size(), 100U);
}

}  // namespace
}  // namespace nocloud::test
