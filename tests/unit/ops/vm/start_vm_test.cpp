#include "nocloud/ops/vm/start_vm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/identity.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

class StartVm : public testing::Test, protected Scene {
 protected:
  /// web00 and web01, which are down.
  void make(std::string_view networks) {
    auto request = request_for(webs(2));
    request.networks = NetworkList::parse(networks);
    request.start = std::nullopt;
    instantiate_all(me.context(), request);
  }
  Nic& nic_of(std::string_view name) { return world.domain(name).vm->nics.at(0); }
  void start_web00() { start_vm(me.context(), VmName::parse("web00"), StartMode::running); }
};

TEST_F(StartVm, StartsItsNetworkToo) {
  make("nat");
  auto& network = world.networks.begin()->second.network;
  network.active = false;
  start_web00();
  EXPECT_TRUE(network.active);
  EXPECT_EQ(world.domain("web00").state, VmState::running);
}

TEST_F(StartVm, LeavesThePortsOfOtherVmsToThem) {
  make("user");
  const auto taken = nic_of("web00").port.value();
  world.taken_ports = {taken};
  nic_of("web01").port = static_cast<std::uint16_t>(taken + 1);
  start_web00();
  EXPECT_EQ(nic_of("web00").port, taken + 2) << "web01 is down, but its port is recorded";
}

TEST_F(StartVm, GoesOnFromTheFirstPortAfterTheLast) {
  make("user");
  nic_of("web00").port = last_forwarded_port;
  world.taken_ports = {last_forwarded_port};
  start_web00();
  EXPECT_EQ(nic_of("web00").port, first_forwarded_port);
}

TEST_F(StartVm, NamesEmulationOnlyWhereKvmWasAskedFor) {
  make("nat");
  for (const auto type : {VirtType::kvm, VirtType::qemu}) {
    world.domain("web00").vm->virt_type = type;
    me.hypervisor.fail_next("start_vm", {ErrorKind::failed, "QEMU says no"});
    const auto error = refusal_of([&] { start_web00(); });
    EXPECT_EQ(error.message(), "QEMU says no");
    EXPECT_EQ(error.hint().find("--virt-type qemu") != std::string::npos, type == VirtType::kvm);
  }
}

TEST_F(StartVm, MovesNoPortOfAVmWithDisksOfOthers) {
  make("user");
  const auto taken = nic_of("web00").port.value();
  world.taken_ports = {taken};
  world.domain("web00").volumes.insert(VolumeName::parse("web00.s1"));
  const auto error = refusal_of([&] { start_web00(); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), testing::HasSubstr(std::to_string(taken)));
  EXPECT_THAT(error.message(), testing::HasSubstr("web00.s1"));
  EXPECT_EQ(nic_of("web00").port, taken);
  world.taken_ports.clear();
  start_web00();
  EXPECT_EQ(world.domain("web00").state, VmState::running) << "it is changed by nobody";
}

}  // namespace
}  // namespace nocloud::test
