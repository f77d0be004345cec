#include "nocloud/ops/network/subnet_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

Ipv4Subnet subnet(std::string_view text) {
  return Ipv4Subnet::parse(text);
}

/// The subnets that are chosen one after the other, until none is left.
std::vector<Ipv4Subnet> all_choices() {
  UsedSubnets used;
  std::vector<Ipv4Subnet> chosen;
  try {
    for (;;) {
      chosen.push_back(choose_subnet(used).subnet);
      used.networks.push_back(chosen.back());
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
  }
  return chosen;
}

TEST(SubnetChoice, IsNeverInARangeThatOthersTakeByDefault) {
  const auto chosen = all_choices();
  EXPECT_GT(chosen.size(), 100U);
  for (const auto* theirs :
       {"10.96.0.0/12", "10.244.0.0/16", "10.42.0.0/15", "10.88.0.0/16", "10.0.0.0/16", "10.8.0.0/16",
        "10.233.0.0/16", "10.120.0.0/16", "172.17.0.0/16", "172.18.0.0/15", "172.20.0.0/14", "172.24.0.0/13",
        "192.168.0.0/17", "192.168.122.0/24", "100.64.0.0/10", "169.254.0.0/16"}) {
    for (const auto& one : chosen) EXPECT_FALSE(one.overlaps(subnet(theirs))) << one.str() << theirs;
  }
}

TEST(SubnetChoice, IsPrivate) {
  for (const auto& one : all_choices()) {
    EXPECT_EQ(one.prefix(), 20U);
    EXPECT_TRUE(one.overlaps(subnet("10.0.0.0/8")) || one.overlaps(subnet("172.16.0.0/12")) ||
                one.overlaps(subnet("192.168.0.0/16")))
        << one.str();
  }
}

TEST(SubnetChoice, GoesOnToAnotherRangeBelowARouteToAllOfOne) {
  const auto beside_ten = choose_subnet({.routes = {subnet("10.0.0.0/8")}});
  EXPECT_EQ(beside_ten.subnet.str(), "172.16.0.0/20");
  EXPECT_FALSE(beside_ten.hidden);
  const auto beside_two = choose_subnet({.routes = {subnet("10.0.0.0/8"), subnet("172.16.0.0/12")}});
  EXPECT_EQ(beside_two.subnet.str(), "192.168.192.0/20");
  EXPECT_FALSE(beside_two.hidden);
}

TEST(SubnetChoice, HidesAPartOfAWideRouteOnlyWhereNothingElseIsLeft) {
  const UsedSubnets used{.routes = {subnet("10.0.0.0/8"), subnet("10.112.0.0/14"), subnet("172.16.0.0/12"),
                                    subnet("192.168.0.0/16"), subnet("10.112.0.0/20")}};
  const auto choice = choose_subnet(used);
  EXPECT_EQ(choice.subnet.str(), "10.112.16.0/20");
  EXPECT_EQ(choice.hidden, subnet("10.112.0.0/14")) << "the narrowest of those that lead there";
}

TEST(SubnetChoice, IsNeverWhereANarrowerRouteLeads) {
  const UsedSubnets used{.routes = {subnet("10.0.0.0/8"), subnet("172.16.0.0/12"), subnet("192.168.0.0/16"),
                                    subnet("10.112.7.4/30"), subnet("10.112.16.0/20")}};
  EXPECT_EQ(choose_subnet(used).subnet.str(), "10.112.32.0/20");
  EXPECT_EQ(obstacle_to(subnet("10.112.7.0/24"), used), subnet("10.112.7.4/30"));
  EXPECT_EQ(obstacle_to(subnet("10.112.8.0/24"), used), std::nullopt);
}

}  // namespace
}  // namespace nocloud::test
