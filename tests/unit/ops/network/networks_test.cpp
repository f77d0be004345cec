#include "nocloud/ops/network/networks.hpp"

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
  EXPECT_THAT(error.hint(), HasSubstr("the network `user`"));
  EXPECT_EQ(refusal_of([&] { make_network(me.context(), NetworkName::parse("lab")); }).kind(),
            ErrorKind::unavailable);
  EXPECT_THAT(world.networks, IsEmpty());
}

TEST_F(Networks, MakesOneOfAUsersOwn) {
  const auto office = NetworkName::parse("office");
  const auto made = make_network(me.context(), office, Ipv4Subnet::parse("192.168.7.0/24"));
  EXPECT_TRUE(made.active);
  EXPECT_EQ(made.dynamic, (std::vector<Ipv4Range>{{address("192.168.7.128"), address("192.168.7.254")}}));
  world.networks.at(office).network.active = false;
  EXPECT_TRUE(make_network(me.context(), office).active) << "it is taken over as it is, and started";
  const auto refused = [&](const std::optional<Ipv4Subnet>& subnet, NetworkTakeover takeover) {
    return refusal_of([&] { make_network(me.context(), office, subnet, takeover); }).kind();
  };
  EXPECT_EQ(refused(Ipv4Subnet::parse("192.168.8.0/24"), NetworkTakeover::take), ErrorKind::conflict);
  EXPECT_EQ(refused(std::nullopt, NetworkTakeover::refuse), ErrorKind::conflict);
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

TEST_F(Networks, OneThatAnotherRunMadeMeanwhileServesAsWell) {
  const Error exists{ErrorKind::conflict, "libvirt has it already"};
  me.hypervisor.fail_next("define_network", exists, FakeHypervisor::Moment::after_effect);
  ensure_network(me.context(), own());
  EXPECT_TRUE(world.networks.at(own()).network.active);
  world.networks.clear();
  me.hypervisor.fail_next("define_network", exists);
  EXPECT_EQ(refusal_of([&] { ensure_network(me.context(), own()); }).kind(), ErrorKind::conflict);
}

}  // namespace
}  // namespace nocloud::test
