// What a new VM holds: its name, its MAC and its address.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/identity.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::IsEmpty;

class NewVm : public testing::Test, protected Scene {
 protected:
  FakeWorld::Domain& vm(std::string_view name) { return world.domain(name); }
};

TEST_F(NewVm, CompletesAVmWhoseNameItClaimedWithoutKnowing) {
  me.hypervisor.fail_next("define_vm", {ErrorKind::conflict, "libvirt has it already"},
                          FakeHypervisor::Moment::after_effect);
  instantiate_all(me.context(), request_for(webs(1)));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(NewVm, RecordsTheMacThatItGets) {
  instantiate_all(me.context(), request_for({described("db00")}));
  auto& claim = world.networks.begin()->second.network.claims.at(0);
  claim.mac = vm("db00").vm->nics.at(0).mac = mac_of_vm(VmName::parse("web00"));
  instantiate_all(me.context(), request_for(webs(1)));
  EXPECT_NE(vm("web00").vm->nics.at(0).mac, mac_of_vm(VmName::parse("web00")));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(NewVm, AGuestWithoutCloudInitHasItsAddressFromDhcpAtOnce) {
  instantiate_all(me.context(), request_for({described("db00")}));  // the network is there and active
  for (const auto init : {GuestInit::cloud_init, GuestInit::none}) {
    auto& source = *world.domain("debian12.template").source;
    source.init = init;
    source.host_key = me.keyring.host_key_of(VmName::parse("image")).public_key;
    auto request = request_for(webs(1));
    request.start = std::nullopt;
    instantiate_all(me.context(), request);
    const auto& known = world.networks.begin()->second.in_force;
    EXPECT_EQ(known.contains(VmName::parse("web00")), init == GuestInit::none);
    remove(me.context(), vms_to_stop(me.context(), {.names = {VmName::parse("web00")}}));
  }
}

}  // namespace
}  // namespace nocloud::test
