#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class SeveralNetworks : public testing::Test, protected Scene {
 protected:
  FakeWorld::Net& put(std::string_view name) {
    const auto network = NetworkName::parse(name);
    FakeWorld::Net net{
        .network = {.name = network, .active = true, .subnet = Ipv4Subnet::parse("192.168.7.0/24")}};
    return world.networks.insert_or_assign(network, std::move(net)).first->second;
  }
  static InstantiateRequest request(std::string_view networks) {
    auto request = request_for(webs(1));
    request.networks = NetworkList::parse(networks);
    return request;
  }
};

TEST_F(SeveralNetworks, EachThatGivesAddressesHoldsOne) {
  auto& office = put("office");
  instantiate_all(me.context(), request("nat,nat=office,bridge=br0"));
  const auto name = VmName::parse("web00");
  const auto& nics = world.domain("web00").vm->nics;
  ASSERT_EQ(nics.size(), 3U);
  EXPECT_EQ(nics[0].mac, mac_of_vm(name));
  EXPECT_EQ(nics[1].mac, mac_of_further_nic("office", name));
  EXPECT_EQ(nics[2].mac, mac_of_further_nic("br0", name));
  ASSERT_EQ(office.network.claims.size(), 1U);
  EXPECT_EQ(office.network.claims[0].mac, nics[1].mac);
  EXPECT_EQ(office.names.count(name), 1U);
  EXPECT_THAT(flaws(world), IsEmpty());
  remove_everything(me.context());
  EXPECT_THAT(office.network.claims, IsEmpty());
  EXPECT_THAT(office.names, IsEmpty());
}

TEST_F(SeveralNetworks, AGroupMeetsWhereItsFirstVmsMet) {
  auto request = request_for(webs(2));
  request.networks = NetworkList::parse("user");
  instantiate_all(me.context(), request);
  const auto address_of = [&](std::string_view name) {
    return world.domain(name).vm->nics[1].address->str();
  };
  EXPECT_TRUE(address_of("web01").starts_with("10.120."));
  world.domain("web00").vm->nics[1].address = Ipv4Address::parse("10.98.0.7");
  remove(me.context(), vms_to_stop(me.context(), {.names = {VmName::parse("web01")}}));
  instantiate_all(me.context(), request);
  EXPECT_TRUE(address_of("web01").starts_with("10.98.")) << address_of("web01");
  EXPECT_EQ(address_of("web00"), "10.98.0.7");
}

TEST_F(SeveralNetworks, NoTwoNicsHaveOneMac) {
  put("lab");
  for (const auto* networks : {"nat,nat=lab,bridge=lab", "user,bridge=pftest"}) {
    const auto results = instantiate(me.context(), request(networks));
    EXPECT_THAT(results[0].error->message(), HasSubstr("would have one MAC on both")) << networks;
    EXPECT_THAT(vm_names(world), IsEmpty());
  }
}

}  // namespace
}  // namespace nocloud::test
