#include <algorithm>

#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class NetworkContract : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (IsSkipped()) return;
    if (!host().place().privileged) GTEST_SKIP() << "an ordinary user's libvirt makes no networks";
  }

  /// The network that these cases are about.
  Network network() { return host().find_network(network_name()).value(); }
  NetworkPlan define() {
    auto plan = network_plan();
    host().define_network(plan);
    return plan;
  }
  static Ipv4Address address(const NetworkPlan& plan, unsigned last) {
    return Ipv4Address(plan.subnet.network().number() + last);
  }
  AddressClaim claim(const NetworkPlan& plan, std::string_view stem, unsigned last) const {
    return {.name = vm_name(stem),
            .mac = MacAddress(
                {0x52, 0x54, 0, 0, static_cast<std::uint8_t>(stem.front()), static_cast<std::uint8_t>(last)}),
            .address = address(plan, last)};
  }
  bool hold(const AddressClaim& wanted, DhcpEffect effect = DhcpEffect::with_next_start) {
    return host().claim_address(network_name(), wanted, effect);
  }
};
INSTANTIATE_TEST_SUITE_P(Port, NetworkContract, every_kind, name_of_kind);

TEST_P(NetworkContract, FindsNothingThatIsNotThere) {
  const auto name = network_name();
  EXPECT_FALSE(host().find_network(name));
  EXPECT_FALSE(host().undefine_network(name));
  EXPECT_FALSE(host().release_address(name, vm_name("a")));
  EXPECT_FALSE(host().withdraw_name(name, vm_name("a")));
  EXPECT_EQ(host().leases(name).size(), 0U);
  const auto plan = network_plan();
  EXPECT_EQ(error_of([&] { host().start_network(name); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { hold(claim(plan, "a", 5)); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { host().publish_name(name, vm_name("a"), address(plan, 5)); }),
            ErrorKind::not_found);
}

TEST_P(NetworkContract, MakesANetworkAsPlanned) {
  const auto plan = define();
  const auto found = network();
  EXPECT_EQ(found.name, plan.name);
  EXPECT_FALSE(found.uuid.empty());
  EXPECT_TRUE(found.active);
  EXPECT_EQ(found.domain, plan.domain);
  EXPECT_EQ(found.bridge_mac, plan.bridge_mac);
  EXPECT_EQ(found.subnet, plan.subnet);
  EXPECT_EQ(found.dynamic, std::vector{plan.dynamic});
  EXPECT_EQ(found.claims, std::vector<AddressClaim>());
  const auto used = host().subnets_in_use();
  EXPECT_TRUE(std::ranges::any_of(used, [&](const auto& subnet) { return subnet.overlaps(plan.subnet); }));
}

TEST_P(NetworkContract, HasARouteToANetworkThatRuns) {
  const auto plan = define();
  const auto routed = host().routed_subnets();
  if (host().place().uri.starts_with("test:")) {
    EXPECT_TRUE(routed.empty()) << "a pretended host has no routes, and this machine's are not its";
  } else {
    EXPECT_NE(std::ranges::find(routed, plan.subnet), routed.end());
  }
}

TEST_P(NetworkContract, TellsBridgesFromOtherInterfaces) {
  const auto plan = define();
  const bool pretended = host().place().uri.starts_with("test:");
  const auto on_a_real_host = [&](HostInterface kind) { return pretended ? HostInterface::unknown : kind; };
  EXPECT_EQ(host().find_interface(BridgeName::parse("br-none")), on_a_real_host(HostInterface::none));
  EXPECT_EQ(host().find_interface(BridgeName::parse("lo")), on_a_real_host(HostInterface::other));
  const auto bridge = network().bridge;
  if (bridge.empty()) return;  // the fake has none
  EXPECT_EQ(host().find_interface(BridgeName::parse(bridge)), on_a_real_host(HostInterface::bridge));
}

TEST_P(NetworkContract, MakesANetworkOnce) {
  const auto plan = define();
  EXPECT_EQ(error_of([&] { host().define_network(plan); }), ErrorKind::conflict);
  EXPECT_TRUE(network().active);
}

TEST_P(NetworkContract, ForgetsANetworkThatRunsOrNot) {
  define();
  EXPECT_TRUE(host().undefine_network(network_name()));
  EXPECT_FALSE(host().find_network(network_name()));
  define();
  world().stop_network(network_name());
  EXPECT_TRUE(host().undefine_network(network_name()));
  EXPECT_FALSE(host().find_network(network_name()));
}

TEST_P(NetworkContract, StartsANetworkThatIsDown) {
  define();
  EXPECT_FALSE(host().start_network(network_name()));
  world().stop_network(network_name());
  EXPECT_FALSE(network().active);
  EXPECT_TRUE(host().start_network(network_name()));
  EXPECT_TRUE(network().active);
}

TEST_P(NetworkContract, HoldsAnAddressForOneVm) {
  const auto plan = define();
  const auto first = claim(plan, "b", 9);
  EXPECT_TRUE(hold(first));
  const auto second = claim(plan, "a", 5);
  EXPECT_TRUE(hold(second, DhcpEffect::now));
  EXPECT_EQ(network().claims, (std::vector{second, first}));
  EXPECT_EQ(network().reserved, (std::vector{second.address, first.address}));
}

TEST_P(NetworkContract, RefusesWhatIsHeld) {
  const auto plan = define();
  const auto held = claim(plan, "a", 5);
  ASSERT_TRUE(hold(held));
  auto same_name = claim(plan, "b", 6);
  same_name.name = held.name;
  auto same_mac = claim(plan, "c", 7);
  same_mac.mac = held.mac;
  auto same_address = claim(plan, "d", 8);
  same_address.address = held.address;
  for (const auto effect : {DhcpEffect::with_next_start, DhcpEffect::now}) {
    EXPECT_FALSE(hold(held, effect));
    EXPECT_FALSE(hold(same_name, effect));
    EXPECT_FALSE(hold(same_mac, effect));
    EXPECT_FALSE(hold(same_address, effect));
  }
  EXPECT_EQ(network().claims, std::vector{held});
}

TEST_P(NetworkContract, LetsGoOfAnAddressOnce) {
  const auto plan = define();
  for (const auto effect : {DhcpEffect::with_next_start, DhcpEffect::now}) {
    ASSERT_TRUE(hold(claim(plan, "a", 5), effect));
    ASSERT_TRUE(hold(claim(plan, "b", 6), effect));
    EXPECT_TRUE(host().release_address(network_name(), vm_name("a")));
    EXPECT_FALSE(host().release_address(network_name(), vm_name("a")));
    EXPECT_EQ(network().claims, std::vector{claim(plan, "b", 6)});
    EXPECT_TRUE(host().release_address(network_name(), vm_name("b")));
  }
  EXPECT_EQ(network().reserved, std::vector<Ipv4Address>());
}

TEST_P(NetworkContract, HoldsAddressesWhileItIsDown) {
  const auto plan = define();
  world().stop_network(network_name());
  EXPECT_TRUE(hold(claim(plan, "a", 5), DhcpEffect::now));
  host().publish_name(network_name(), vm_name("a"), address(plan, 5));
  EXPECT_EQ(network().claims, std::vector{claim(plan, "a", 5)});
  host().start_network(network_name());
  EXPECT_EQ(network().claims, std::vector{claim(plan, "a", 5)});
  EXPECT_TRUE(host().withdraw_name(network_name(), vm_name("a")));
  EXPECT_TRUE(host().release_address(network_name(), vm_name("a")));
  EXPECT_EQ(network().claims, std::vector<AddressClaim>());
}

TEST_P(NetworkContract, PublishesNames) {
  using Names = std::map<std::string, std::string>;
  const auto plan = define();
  const auto name = network_name();
  const auto a = vm_name("a").str();
  const auto b = vm_name("b").str();
  host().publish_name(name, vm_name("a"), address(plan, 5));
  host().publish_name(name, vm_name("b"), address(plan, 6));
  host().publish_name(name, vm_name("a"), address(plan, 5));
  EXPECT_EQ(world().published(name), (Names{{a, address(plan, 5).str()}, {b, address(plan, 6).str()}}));
  // The name moves to another address, and then takes b's.
  host().publish_name(name, vm_name("a"), address(plan, 7));
  EXPECT_EQ(world().published(name), (Names{{a, address(plan, 7).str()}, {b, address(plan, 6).str()}}));
  host().publish_name(name, vm_name("a"), address(plan, 6));
  EXPECT_EQ(world().published(name), (Names{{a, address(plan, 6).str()}}));
  EXPECT_TRUE(host().withdraw_name(name, vm_name("a")));
  EXPECT_FALSE(host().withdraw_name(name, vm_name("a")));
  EXPECT_EQ(world().published(name), Names());
}

TEST_P(NetworkContract, HasNoLeasesAtFirst) {
  define();
  if (const auto reason = lacks("leases"); !reason.empty()) GTEST_SKIP() << reason;
  EXPECT_EQ(host().leases(network_name()).size(), 0U);
}

}  // namespace
}  // namespace nocloud::test
