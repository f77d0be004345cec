#include "nocloud/virt/xml/network_xml.hpp"

#include <gtest/gtest.h>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/libvirt/host/host_routes.hpp"
#include "support/golden.hpp"

namespace nocloud::test {
namespace {

NetworkPlan usual_plan() {
  return {.name = NetworkName::parse("nocloud"),
          .domain = "nocloud.test",
          .subnet = Ipv4Subnet::parse("10.112.0.1/20"),
          .dynamic = {Ipv4Address::parse("10.112.8.0"), Ipv4Address::parse("10.112.15.254")},
          .bridge_mac = MacAddress::parse("52:54:00:df:83:6c")};
}

/// Debian's own network, with entries that others made.
constexpr const char* foreign_network = R"(<network connections='1'>
  <name>default</name>
  <forward mode='nat'/>
  <bridge name='virbr0' stp='on' delay='0'/>
  <ip family='ipv6' address='fd00::1' prefix='64'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp>
      <range start='192.168.122.2' end='192.168.122.100'/>
      <range start='192.168.122.200' end='192.168.122.254'/>
      <host mac='52:54:00:00:00:02' name='web01' ip='192.168.122.102'/>
      <host mac='52:54:00:00:00:01' name='web00' ip='192.168.122.101'/>
      <host name='No.Vm' ip='192.168.122.103'/>
      <host mac='52:54:00:00:00:04' ip='192.168.122.104'/>
      <host mac='junk' name='web05' ip='junk'/>
    </dhcp>
  </ip>
  <dns>
    <host ip='192.168.122.101'><hostname>web00</hostname><hostname>www</hostname></host>
    <host ip='fd00::2'><hostname>six</hostname></host>
  </dns>
</network>)";

TEST(NetworkXml, DescribesThePlan) {
  expect_golden("virt/network.xml", network_xml(usual_plan()));
}

TEST(NetworkXml, GivesThePlanBack) {
  const auto plan = usual_plan();
  const auto network = network_from_xml(network_xml(plan));
  EXPECT_EQ(network.name, plan.name);
  EXPECT_EQ(network.domain, plan.domain);
  EXPECT_EQ(network.subnet, plan.subnet);
  EXPECT_EQ(network.dynamic, std::vector{plan.dynamic});
}

TEST(NetworkXml, TakesFromOthersNetworksWhatItUnderstands) {
  const auto network = network_from_xml(foreign_network);
  EXPECT_EQ(network.bridge, "virbr0");
  EXPECT_EQ(network.domain, "");
  EXPECT_EQ(network.subnet, Ipv4Subnet::parse("192.168.122.1/24"));
  EXPECT_EQ(network.dynamic.size(), 2U);
  ASSERT_EQ(network.claims.size(), 2U);
  EXPECT_EQ(network.claims[0].name.str(), "web00");
  EXPECT_EQ(network.claims[1].address, Ipv4Address::parse("192.168.122.102"));
  EXPECT_EQ(network.reserved.size(), 4U);
}

TEST(NetworkXml, SaysThatANetworkHasNoSubnet) {
  for (const auto* xml :
       {"<network><name>lan</name><bridge name='br0'/></network>",
        "<network><name>lan</name><ip address='10.0.0.1' prefix='31'/></network>",
        "<network><name>lan</name><ip family='ipv6' address='fd00::1' prefix='64'/></network>"}) {
    try {
      network_from_xml(xml);
      ADD_FAILURE() << xml;
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("'lan'"), std::string::npos);
      EXPECT_NE(error.hint(), "");
    }
    EXPECT_TRUE(subnets_from_xml(xml).empty());
  }
}

TEST(NetworkXml, TellsBridgesFromOtherInterfaces) {
  EXPECT_EQ(interface_kind_from_xml("<interface type='bridge' name='br0'><bridge/></interface>"),
            HostInterface::bridge);
  EXPECT_EQ(interface_kind_from_xml("<interface type='ethernet' name='lo'/>"), HostInterface::other);
}

TEST(NetworkXml, KnowsEverySubnetInUse) {
  EXPECT_EQ(subnets_from_xml(foreign_network), std::vector{Ipv4Subnet::parse("192.168.122.1/24")});
  EXPECT_EQ(subnets_from_xml(
                "<network><ip address='10.0.0.1' prefix='8'/><ip address='10.1.0.1' prefix='16'/></network>"),
            (std::vector{Ipv4Subnet::parse("10.0.0.1/8"), Ipv4Subnet::parse("10.1.0.1/16")}));
}

TEST(NetworkXml, ReadsEntriesAsTheyStand) {
  const auto dhcp = dhcp_hosts_from_xml(foreign_network);
  ASSERT_EQ(dhcp.size(), 5U);
  EXPECT_TRUE(dhcp[0].has("web01"));
  EXPECT_EQ(dhcp[2].mac, "");
  const auto dns = dns_hosts_from_xml(foreign_network);
  ASSERT_EQ(dns.size(), 2U);
  EXPECT_TRUE(dns[0].has("www"));
  EXPECT_FALSE(dns[0].has("web01"));
}

TEST(NetworkXml, WritesEntries) {
  EXPECT_EQ(dhcp_host_xml({.mac = "52:54:00:00:00:01", .address = "10.0.0.2", .names = {"a'\"<&"}}),
            "<host mac=\"52:54:00:00:00:01\" name=\"a'&quot;&lt;&amp;\" ip=\"10.0.0.2\" />\n");
  EXPECT_EQ(dns_host_xml({.address = "10.0.0.2", .names = {"a", "<b>"}}),
            "<host ip=\"10.0.0.2\">\n  <hostname>a</hostname>\n  <hostname>&lt;b&gt;</hostname>\n</host>\n");
}

TEST(HostRoutes, FindsTheSubnetsOfAHost) {
  // The kernel's table of a machine with a LAN, a VPN's two halves of the world, a single host and a broken
  // line.
  const auto subnets = subnets_of_routes(
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
      "tun0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"
      "tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
      "tun0\t01020304\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"
      "tun0\tzz020304\t00000000\n");
  EXPECT_EQ(subnets, (std::vector{Ipv4Subnet::parse("192.168.0.1/24"), Ipv4Subnet::parse("10.0.0.1/8"),
                                  Ipv4Subnet::parse("4.3.2.0/30")}));
}

}  // namespace
}  // namespace nocloud::test
