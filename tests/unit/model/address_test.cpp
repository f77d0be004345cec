#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/ipv4.hpp"
#include "nocloud/model/mac_address.hpp"
#include "support/refusal.hpp"

namespace nocloud {
namespace {

using test::refusal_of;

Ipv4Address ip(std::string_view text) {
  return Ipv4Address::parse(text);
}

TEST(MacAddress, is_six_pairs_of_hexadecimal_digits) {
  EXPECT_EQ(MacAddress::parse("52:54:00:2C:26:b4").str(), "52:54:00:2c:26:b4");
  EXPECT_LT(MacAddress::parse("52:54:00:00:00:09"), MacAddress::parse("52:54:00:00:00:0a"));
  for (const auto* bad : {"", "52:54:00:2c:26", "52:54:00:2c:26:b4:00", "52-54-00-2c-26-b4",
                          "52:54:0:2c:26:b4", "52:54:00:2c:26:bg", "52:54:00:2c:26:+4", "52:54:00:2c:26: 4",
                          " 52:54:00:2c:26:b4", "52:54:00:2c:26:0xb4", "5254002c26b4", "::::::"}) {
    EXPECT_EQ(refusal_of([&] { MacAddress::parse(bad); }).kind(), ErrorKind::invalid_input) << bad;
  }
}

TEST(Ipv4Address, is_a_dotted_quad) {
  EXPECT_EQ(ip("0.0.0.0").number(), 0U);
  EXPECT_EQ(ip("255.255.255.255").number(), 0xffffffffU);
  EXPECT_EQ(ip("10.112.0.17").str(), "10.112.0.17");
  EXPECT_LT(ip("10.0.0.9"), ip("10.0.0.10"));
  for (const auto* bad : {"", "10", "10.1", "10.1.2", "10.1.2.3.4", "10.1.2.256", "10.1.2.03", "10.1.2.-3",
                          "10.1.2. 3", "10..2.3", "0x0a.1.2.3", "10.1.2.3\n", "10.1.2.9999999999999999999"}) {
    EXPECT_EQ(refusal_of([&] { ip(bad); }).kind(), ErrorKind::invalid_input) << bad;
  }
}

TEST(Ipv4Subnet, has_a_gateway) {
  const auto subnet = Ipv4Subnet::parse("10.112.3.1/20");
  EXPECT_EQ(subnet.gateway(), ip("10.112.3.1"));
  EXPECT_EQ(subnet.network(), ip("10.112.0.0"));
  EXPECT_EQ(subnet.broadcast(), ip("10.112.15.255"));
  EXPECT_EQ(subnet.netmask(), ip("255.255.240.0"));
  EXPECT_EQ(subnet.str(), "10.112.0.0/20");
  EXPECT_EQ(Ipv4Subnet::parse("10.112.0.0/20").gateway(), ip("10.112.0.1"));
}

TEST(Ipv4Subnet, has_a_prefix_of_8_to_30) {
  EXPECT_EQ(Ipv4Subnet::parse("10.0.0.0/8").broadcast(), ip("10.255.255.255"));
  EXPECT_EQ(Ipv4Subnet::parse("10.0.0.2/30").broadcast(), ip("10.0.0.3"));
  for (const auto* bad :
       {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/7", "10.0.0.0/31", "10.0.0.0/0", "10.0.0.0/32", "10.0.0.0/64",
        "10.0.0.0/-1", "10.0.0.0/24/24", "10.0.0/24", "10.0.0.3/30", "10.0.0.0/4294967320"}) {
    EXPECT_EQ(refusal_of([&] { Ipv4Subnet::parse(bad); }).kind(), ErrorKind::invalid_input) << bad;
  }
}

TEST(Ipv4Subnet, knows_what_lies_in_it) {
  const auto subnet = Ipv4Subnet::parse("10.112.0.0/20");
  EXPECT_TRUE(subnet.contains(ip("10.112.15.255")));
  EXPECT_FALSE(subnet.contains(ip("10.112.16.0")));
  EXPECT_TRUE(subnet.overlaps(Ipv4Subnet::parse("10.112.15.0/24")));
  EXPECT_TRUE(Ipv4Subnet::parse("10.112.15.0/24").overlaps(subnet));
  EXPECT_FALSE(subnet.overlaps(Ipv4Subnet::parse("10.112.16.0/20")));
}

struct StaticCase {
  std::string_view subnet;
  std::vector<Ipv4Range> dynamic;
  std::vector<std::string> addresses;
};

std::vector<std::string> all_of(const StaticPart& part) {
  std::vector<std::string> addresses;
  for (std::uint64_t i = 0; i < part.size(); ++i) addresses.push_back(part.at(i).str());
  return addresses;
}

const StaticCase static_cases[] = {
    {"10.0.0.0/29", {}, {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"}},
    {"10.0.0.4/29", {}, {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.6"}},
    {"10.0.0.6/29", {}, {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}},
    {"10.0.0.1/29", {{ip("10.0.0.3"), ip("10.0.0.4")}}, {"10.0.0.2", "10.0.0.5", "10.0.0.6"}},
    {"10.0.0.1/29", {{ip("10.0.0.4"), ip("10.0.0.6")}, {ip("10.0.0.3"), ip("10.0.0.5")}}, {"10.0.0.2"}},
    {"10.0.0.1/29", {{ip("10.0.0.0"), ip("10.0.0.255")}}, {}},
    {"10.0.0.1/29", {{ip("0.0.0.0"), ip("255.255.255.255")}}, {}},
    {"10.0.0.1/29",
     {{ip("10.0.0.5"), ip("10.0.0.3")}},
     {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"}},
    {"10.0.0.1/29",
     {{ip("192.168.0.1"), ip("192.168.0.9")}, {ip("9.0.0.0"), ip("9.0.0.9")}},
     {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"}},
    {"10.0.0.0/30", {}, {"10.0.0.2"}},
    {"255.255.255.252/30", {}, {"255.255.255.254"}},
};

TEST(StaticPart, is_all_hosts_but_gateway_and_dynamic_ranges) {
  for (const auto& [subnet, dynamic, addresses] : static_cases) {
    EXPECT_EQ(all_of(StaticPart(Ipv4Subnet::parse(subnet), dynamic)), addresses) << subnet;
  }
}

TEST(StaticPart, of_a_large_subnet_is_no_large_list) {
  const StaticPart part(Ipv4Subnet::parse("10.0.0.0/8"), {{ip("10.0.0.2"), ip("10.0.0.9")}});
  EXPECT_EQ(part.size(), (std::uint64_t{1} << 24U) - 2 - 1 - 8);
  EXPECT_EQ(part.at(0), ip("10.0.0.10"));
  EXPECT_EQ(part.at(part.size() - 1), ip("10.255.255.254"));
  EXPECT_THROW(part.at(part.size()), Error);
}

}  // namespace
}  // namespace nocloud
