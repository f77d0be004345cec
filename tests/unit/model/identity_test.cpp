#include "nocloud/model/identity.hpp"

#include <set>

#include <gtest/gtest.h>

namespace nocloud {
namespace {

VmName vm(std::string_view name) {
  return VmName::parse(name);
}

// What users' networks and playbooks depend on: DESIGN, section 3.

TEST(Identity, gives_the_published_macs) {
  EXPECT_EQ(mac_of_vm(vm("foo")).str(), "52:54:00:2c:26:b4");
  EXPECT_EQ(mac_of_vm(vm("web00")).str(), "52:54:00:d0:5c:02");
  EXPECT_EQ(mac_of_vm(vm("db00")).str(), "52:54:00:44:b1:c4");
  EXPECT_EQ(mac_of_further_nic("testnet", vm("foo")).str(), "52:54:00:a9:96:6d");
  EXPECT_EQ(mac_of_bridge("testnet").str(), "52:54:00:df:83:6c");
}

TEST(Identity, gives_the_published_addresses) {
  EXPECT_EQ(address_index_of(vm("foo"), 128), 127U);
  EXPECT_EQ(address_index_of(vm("web00"), 128), 77U);
  EXPECT_EQ(address_index_of(vm("db00"), 128), 28U);
}

// The values below were computed by Python's hashlib and uuid.
TEST(Identity, has_a_way_out_of_a_collision) {
  EXPECT_EQ(mac_of_vm(vm("foo"), {}, 1).str(), "52:54:00:44:8d:b1");
  EXPECT_EQ(mac_of_vm(vm("foo"), {}, 2).str(), "52:54:00:f3:e1:4d");
  EXPECT_EQ(mac_of_further_nic("testnet", vm("foo"), {}, 1).str(), "52:54:00:a7:48:2a");
}

TEST(Identity, differs_between_realms) {
  const Realm realm{"lab"};
  EXPECT_EQ(mac_of_vm(vm("foo"), realm).str(), "52:54:00:9b:9e:3c");
  EXPECT_EQ(mac_of_vm(vm("foo"), realm, 1).str(), "52:54:00:4e:fc:e5");
  EXPECT_EQ(mac_of_bridge("testnet", realm).str(), "52:54:00:33:3d:56");
  EXPECT_EQ(address_index_of(vm("foo"), 128, realm), 43U);
}

TEST(Identity, of_addresses_stays_in_range) {
  EXPECT_EQ(address_index_of(vm("foo"), 1), 0U);
  EXPECT_EQ(address_index_of(vm("foo"), 0), 0U);
  EXPECT_LT(address_index_of(vm("foo"), 3), 3U);
}

TEST(Identity, of_forwarded_ports_is_spread_over_the_range) {
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 1000; ++i) {
    const auto port = forwarded_port_of(vm(fmt::format("vm{}", i)));
    EXPECT_GE(port, first_forwarded_port);
    EXPECT_LE(port, last_forwarded_port);
    ports.insert(port);
  }
  EXPECT_GT(ports.size(), 900U);
  EXPECT_EQ(forwarded_port_of(vm("web00")), 29846) << "it must never change";
}

TEST(Identity, names_the_unnamed_by_a_stable_uuid) {
  const auto name = [](std::string_view group, unsigned ordinal) {
    return unnamed_vm(GroupName::parse(group), TypeName::parse("web"), TemplateName::parse("debian12"),
                      ordinal)
        .str();
  };
  EXPECT_EQ(name("pftest", 0), "5ed7944d-a48b-5cc9-a2f2-5db152cd6717");
  EXPECT_EQ(name("pftest", 1), "1112ca63-2142-52d3-b1ef-9919a12e42ab");
  EXPECT_NE(name("other", 0), name("pftest", 0));
}

}  // namespace
}  // namespace nocloud
