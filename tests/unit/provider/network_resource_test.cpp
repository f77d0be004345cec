#include "terraform_shim/provider/resources/network_resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/network/networks.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::has_errors;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string network_type = "nocloud_network";

class NetworkResource : public testing::Test, protected Stage {
 protected:
  const Value office{{"name", "office"}, {"subnet", "192.168.7.0/24"}};
  FakeWorld::Net& network() { return world.networks.at(NetworkName::parse("office")); }
};

TEST_F(NetworkResource, ComesAndGoes) {
  const auto state = applied(network_type, nullptr, office);
  EXPECT_EQ(state["id"], "office");
  EXPECT_EQ(state["state"], "active");
  EXPECT_EQ(state["bridge"], "virbr7");
  EXPECT_EQ(applied(network_type, state, office), state);
  const Value other{{"name", "office"}, {"subnet", "192.168.8.0/24"}};
  EXPECT_THAT(replaced_by(plan(network_type, state, other)), ElementsAre("subnet"));
  for (int times = 0; times < 2; ++times)
    EXPECT_TRUE(provider.apply(network_type, state, nullptr).state.is_null());
  EXPECT_THAT(world.networks, IsEmpty());
}

TEST_F(NetworkResource, HasASubnetThatIsFreeUnlessItIsGivenOne) {
  EXPECT_EQ(applied(network_type, nullptr, {{"name", "lab"}})["subnet"], "10.112.0.0/20");
  const auto refused =
      provider.apply(network_type, nullptr,
                     plan(network_type, nullptr, {{"name", "other"}, {"subnet", "10.112.1.0/24"}}).planned);
  EXPECT_THAT(errors_of(refused.diagnostics), HasSubstr("the host uses 10.112.0.0/20 already"));
}

TEST_F(NetworkResource, DriftIsSeenAndRepaired) {
  const auto state = applied(network_type, nullptr, office);
  network().network.active = false;
  const auto found = provider.read(network_type, state).state;
  EXPECT_EQ(found["state"], "inactive");
  EXPECT_EQ(applied(network_type, found, office), state);
  world.networks.clear();
  EXPECT_TRUE(provider.read(network_type, state).state.is_null());
}

TEST_F(NetworkResource, OneThatIsThereIsAConflict) {
  make_network(me.context(), NetworkName::parse("office"), Ipv4Subnet::parse("192.168.7.0/24"));
  const auto planned = plan(network_type, nullptr, office);
  EXPECT_THAT(errors_of(planned.diagnostics), HasSubstr("there is a network 'office' already"));
  EXPECT_TRUE(has_errors(provider.apply(network_type, nullptr, planned.planned).diagnostics));
  const auto state = provider.import(network_type, "office");
  EXPECT_EQ(applied(network_type, state, office), state);
}

TEST_F(NetworkResource, OnlyTheOneInTheStateIsRemoved) {
  const auto state = applied(network_type, nullptr, office);
  world.networks.clear();
  make_network(me.context(), NetworkName::parse("office"));
  EXPECT_TRUE(provider.read(network_type, state).state.is_null());
  EXPECT_TRUE(provider.apply(network_type, state, nullptr).state.is_null());
  EXPECT_EQ(world.networks.size(), 1U);
}

TEST_F(NetworkResource, OthersAreNeitherImportedNorRemoved) {
  const auto state = applied(network_type, nullptr, office);
  EXPECT_EQ(provider.import(network_type, "office")["subnet"], "192.168.7.0/24");
  network().network.bridge_mac.reset();
  EXPECT_EQ(refusal_of([&] { provider.import(network_type, "office"); }).kind(), ErrorKind::not_found);
  EXPECT_TRUE(provider.apply(network_type, state, nullptr).state.is_null());
  EXPECT_EQ(world.networks.size(), 1U);
}

}  // namespace
}  // namespace nocloud::test
