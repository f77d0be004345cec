#include "nocloud/ops/networks.hpp"
#include "nocloud/ops/address_book.hpp"

#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NetworkName own() {
  return NetworkName::parse("nocloud");
}

Ipv4Address address(std::string_view text) {
  return Ipv4Address::parse(text);
}

/// What a VM's first NIC gets.
AddressBook::Assignment claim_in(AddressBook& book, const VmName& name,
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

TEST_F(Networks, DefaultIsNatWhereNetworksMayBeMade) {
  EXPECT_EQ(default_networks({.privileged = true}).str(), "nat");
  EXPECT_EQ(default_networks({.privileged = false}).str(), "user");
}

TEST_F(Networks, MakesItsOwnOnceAndSaysSo) {
  ensure_network(me.context(), own());
  const auto& made = world.networks.at(own()).network;
  EXPECT_TRUE(made.active);
  EXPECT_EQ(made.subnet.str(), "10.112.0.0/20");
  EXPECT_TRUE(me.reporter.told("nocloud: network made: 10.112.0.0/20"));
  ensure_network(me.context(), own());
  EXPECT_EQ(me.reporter.steps().size(), 1U);
}

TEST_F(Networks, HalfOfItsOwnIsForOthers) {
  ensure_network(me.context(), own());
  const auto& made = world.networks.at(own()).network;
  EXPECT_EQ(StaticPart(made.subnet, made.dynamic).size(), 2046U);
}

TEST_F(Networks, TakesASubnetThatNothingUses) {
  put("office", "10.112.1.0/24");
  world.routes = {Ipv4Subnet::parse("10.112.16.0/20"), Ipv4Subnet::parse("10.112.33.4/30")};
  ensure_network(me.context(), own());
  EXPECT_EQ(world.networks.at(own()).network.subnet.str(), "10.112.48.0/20");
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
}

TEST_F(Networks, KeepsTheSubnetThatItHas) {
  put("nocloud", "10.96.0.0/20");
  world.routes = {Ipv4Subnet::parse("10.0.0.0/8")};
  ensure_network(me.context(), own());
  EXPECT_EQ(world.networks.at(own()).network.subnet.str(), "10.96.0.0/20");
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
}

TEST_F(Networks, SaysWhichPartOfAWideRouteIsHidden) {
  world.routes = {Ipv4Subnet::parse("10.0.0.0/8"), Ipv4Subnet::parse("172.16.0.0/12"),
                  Ipv4Subnet::parse("192.168.0.0/16")};
  ensure_network(me.context(), own());
  EXPECT_EQ(world.networks.at(own()).network.subnet.str(), "10.112.0.0/20");
  EXPECT_THAT(
      me.reporter.warnings(),
      ElementsAre(HasSubstr("hides 10.112.0.0/20, part of 10.0.0.0/8, to which this host has a route")));
}

TEST_F(Networks, SaysWhenEverySubnetIsInUse) {
  put("ten", "10.0.0.0/8");
  put("docker", "172.16.0.0/12");
  put("office", "192.168.0.0/16");
  const auto error = refusal_of([&] { ensure_network(me.context(), own()); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.hint(), HasSubstr("--network nat=NAME"));
}

TEST_F(Networks, StartsWhatIsInactive) {
  put("office", "192.168.7.0/24").network.active = false;
  ensure_network(me.context(), NetworkName::parse("office"));
  EXPECT_TRUE(world.networks.at(NetworkName::parse("office")).network.active);
  EXPECT_TRUE(me.reporter.told("office: network started"));
}

TEST_F(Networks, DoesNotMakeOthers) {
  const auto error = refusal_of([&] { ensure_network(me.context(), NetworkName::parse("office")); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.message(), HasSubstr("'office'"));
  EXPECT_THAT(world.networks, IsEmpty());
}

TEST_F(Networks, AnOrdinaryUsersHypervisorHasNone) {
  world.place.privileged = false;
  const auto error = refusal_of([&] { ensure_network(me.context(), own()); });
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_THAT(error.hint(), HasSubstr("--network user"));
}

TEST_F(Networks, MakesOneOfAUsersOwn) {
  const auto office = NetworkName::parse("office");
  const auto made = make_network(me.context(), office, Ipv4Subnet::parse("192.168.7.0/24"));
  EXPECT_TRUE(made.active);
  EXPECT_EQ(made.dynamic, (std::vector<Ipv4Range>{{address("192.168.7.128"), address("192.168.7.254")}}));
  world.networks.at(office).network.active = false;
  EXPECT_TRUE(make_network(me.context(), office).active) << "it is taken over as it is, and started";
  EXPECT_EQ(make_network(me.context(), NetworkName::parse("other")).subnet.str(), "10.112.0.0/20");
  EXPECT_TRUE(remove_network(me.context(), office));
  EXPECT_FALSE(remove_network(me.context(), office));
}

TEST_F(Networks, TouchesNoneThatAnotherMade) {
  put("office", "192.168.7.0/24");
  const auto office = NetworkName::parse("office");
  world.routes = {Ipv4Subnet::parse("10.1.0.128/30")};
  const auto kind_of = [](auto&& call) { return refusal_of(call).kind(); };
  EXPECT_EQ(kind_of([&] { make_network(me.context(), office); }), ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] { remove_network(me.context(), office); }), ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] {
              make_network(me.context(), NetworkName::parse("lab"), Ipv4Subnet::parse("10.1.0.0/24"));
            }),
            ErrorKind::conflict);
  EXPECT_EQ(world.networks.size(), 1U);
}

TEST_F(Networks, IsNotRemovedFromUnderAVm) {
  const auto lab = NetworkName::parse("lab");
  make_network(me.context(), lab);
  auto request = request_for(webs(1));
  request.networks = NetworkList::parse("nat,nat=lab");
  instantiate_all(me.context(), request);
  const auto error = refusal_of([&] { remove_network(me.context(), lab); });
  EXPECT_EQ(error.message(), "VM 'web00' is on network 'lab'");
  remove_everything(me.context());
  EXPECT_TRUE(remove_network(me.context(), lab));
}

TEST_F(Networks, IsNotRemovedFromUnderAVmThatIsUnreadable) {
  const auto name = NetworkName::parse("lab");
  instantiate_all(me.context(), request_for(webs(1)));
  make_network(me.context(), name);
  world.domain("web00").unreadable = "'vsock' is unknown";
  const auto error = refusal_of([&] { remove_network(me.context(), name); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("'web00' can't be read"));
  world.domain("web00").unreadable.clear();
  EXPECT_TRUE(remove_network(me.context(), name));
}

TEST_F(Networks, AnotherUsersRunMayMakeItFirst) {
  std::vector<std::jthread> threads;
  for (const auto& who : {eva, bob}) {
    threads.emplace_back([&, who] { ensure_network(another(who).context(), own()); });
  }
  threads.clear();
  EXPECT_EQ(world.networks.size(), 1U);
}

TEST_F(Networks, AddressFollowsFromTheName) {
  // A published vector: of 128 addresses, `foo` gets number 127 and `web00` number 77.
  put("vectors", "192.168.7.0/24", {{address("192.168.7.130"), address("192.168.7.254")}});
  EXPECT_EQ(claim("vectors", "web00").address.str(), "192.168.7.79");
  EXPECT_EQ(claim("vectors", "foo").address.str(), "192.168.7.129");
  EXPECT_EQ(claim("vectors", "foo").mac.str(), "52:54:00:2c:26:b4");
}

TEST_F(Networks, AskedAgainItGivesTheSame) {
  put("office", "192.168.7.0/24");
  AddressBook book(me.context(), NetworkName::parse("office"));
  const auto name = VmName::parse("web00");
  const auto first = claim_in(book, name);
  EXPECT_EQ(claim_in(book, name).address, first.address);
  EXPECT_EQ(claim("office", "web00").address, first.address);
}

TEST_F(Networks, ATakenAddressMovesOnToTheNext) {
  auto& net = put("office", "192.168.7.0/24");
  const auto name = VmName::parse("web00");
  const auto first = claim("office", "web00").address;
  net.network.claims = {};
  net.network.reserved = {first};
  EXPECT_EQ(claim("office", name.str()).address.number(), first.number() + 1);
}

TEST_F(Networks, ATakenMacMovesOnToTheNextOfTheName) {
  auto& net = put("office", "192.168.7.0/24");
  const auto name = VmName::parse("web00");
  net.network.claims = {{VmName::parse("other"), mac_of_vm(name), address("192.168.7.9")}};
  net.network.reserved = {address("192.168.7.9")};
  EXPECT_EQ(claim("office", "web00").mac, mac_of_vm(name, {}, 1));
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("the MAC of web00 is held by another VM")));
}

TEST_F(Networks, AFullNetworkIsAConflict) {
  put("small", "192.168.7.0/30");
  claim("small", "web00");
  const auto error = refusal_of([&] { claim("small", "web01"); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("network 'small' has no free address for VM 'web01'"));
}

TEST_F(Networks, WithoutStaticRoomTheDhcpServerKnowsAtOnce) {
  auto& net = put("default", "192.168.122.0/24", {{address("192.168.122.2"), address("192.168.122.254")}});
  claim("default", "web00");
  EXPECT_TRUE(net.in_force.contains(VmName::parse("web00")));
  auto& roomy = put("roomy", "192.168.7.0/24", {{address("192.168.7.130"), address("192.168.7.254")}});
  claim("roomy", "web00");
  EXPECT_TRUE(roomy.in_force.empty()) << "a live entry costs 300 ms";
}

TEST_F(Networks, AGuestThatAsksDhcpIsKnownAtOnce) {
  auto& net = put("roomy", "192.168.7.0/24", {{address("192.168.7.130"), address("192.168.7.254")}});
  AddressBook book(me.context(), NetworkName::parse("roomy"));
  claim_in(book, VmName::parse("web00"), DhcpEffect::now);
  EXPECT_TRUE(net.in_force.contains(VmName::parse("web00")));
}

TEST_F(Networks, WithoutStaticRoomALeasedAddressIsLeftAlone) {
  const std::vector<Ipv4Range> all{{address("192.168.122.2"), address("192.168.122.254")}};
  put("default", "192.168.122.0/24", all);
  const auto first = claim("default", "web00").address;
  auto& net = put("default", "192.168.122.0/24", all);
  net.leases = {{.mac = mac_of_vm(VmName::parse("stranger")), .address = first}};
  EXPECT_NE(claim("default", "web00").address, first);
}

TEST_F(Networks, ALeaseGivenWhileWeClaimedIsLeftAlone) {
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

TEST_F(Networks, TwoBooksNeverGiveOneAddressTwice) {
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

TEST_F(Networks, ABookServesSeveralThreads) {
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
