#include "nocloud/ops/vm/stop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/virt/domain_names.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Stop : public testing::Test, protected Scene {
 protected:
  void SetUp() override { instantiate_all(me.context(), request_for(webs(2))); }

  FakeWorld::Domain& vm(std::string_view name) { return world.domain(name); }
  static StopRequest named(std::string_view name) { return {.names = {VmName::parse(name)}}; }
  std::vector<StoppedVm> stop_all(const StopRequest& request = {}) {
    return stop(me.context(), request, vms_to_stop(me.context(), request));
  }
  std::vector<Vm> all() { return vms_to_stop(me.context(), {}); }
};

TEST_F(Stop, AsksGuestsToPowerOff) {
  const auto results = stop_all();
  EXPECT_TRUE(results[0].changed && results[1].changed);
  EXPECT_EQ(vm("web00").state, VmState::stopped);
  EXPECT_EQ(me.hypervisor.count_of("force_off_vm"), 0U);
  EXPECT_TRUE(me.reporter.told("web00: stopped"));
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
}

TEST_F(Stop, AStoppedOneIsLeftAlone) {
  stop_all();
  const auto results = stop_all();
  EXPECT_FALSE(results[0].changed || results[1].changed);
}

TEST_F(Stop, ForcesThoseThatTakeTooLongAndSaysSo) {
  world.guests_obey = false;
  stop_all({.names = {VmName::parse("web00")}, .grace = 5s});
  EXPECT_EQ(vm("web00").state, VmState::stopped);
  EXPECT_EQ(vm("web01").state, VmState::running);
  EXPECT_GE(me.clock.passed(), 5s);
  EXPECT_LT(me.clock.passed(), 6s);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("'web00' did not power off in time")));
}

TEST_F(Stop, AGuestThatTakesItsTimeIsNotForced) {
  world.guests_obey = false;
  me.clock.after(3s, [&] { vm("web00").state = VmState::stopped; });
  stop_all(named("web00"));
  EXPECT_EQ(me.hypervisor.count_of("force_off_vm"), 0U);
}

TEST_F(Stop, APausedGuestIsForcedAtOnce) {
  vm("web00").state = VmState::paused;
  stop_all(named("web00"));
  EXPECT_EQ(vm("web00").state, VmState::stopped);
  EXPECT_EQ(me.clock.passed(), 0s);
}

TEST_F(Stop, WhatIsLeftOfACrashedGuestIsEnded) {
  vm("web00").state = VmState::crashed;
  EXPECT_TRUE(stop_all(named("web00"))[0].changed);
  EXPECT_EQ(vm("web00").state, VmState::stopped);
  EXPECT_EQ(me.clock.passed(), 0s);
  vm("web00").state = VmState::crashed;
  EXPECT_TRUE(remove_everything(me.context())[0].changed);
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Stop, OneThatVanishesMeanwhileIsDown) {
  world.guests_obey = false;
  me.clock.after(1s, [&] { world.domains.erase("web00"); });
  EXPECT_FALSE(stop_all(named("web00"))[0].error);
}

TEST_F(Stop, OneThatWasMadeAnewMeanwhileIsUntouched) {
  const auto vms = all();
  vm("web00").uuid = "another";
  const auto results = stop(me.context(), {}, vms);
  EXPECT_FALSE(results[0].changed);
  EXPECT_EQ(vm("web00").state, VmState::running);
}

TEST_F(Stop, InterruptedItForcesNobody) {
  world.guests_obey = false;
  const auto context = me.interrupted();
  const auto results = stop(context, {}, all());
  EXPECT_EQ(results[0].error->kind(), ErrorKind::interrupted);
  EXPECT_EQ(vm("web00").state, VmState::running);
}

TEST_F(Stop, SelectsByGroupAndType) {
  auto request = request_for({described("db00")});
  request.vms[0].type = TypeName::parse("db");
  instantiate_all(me.context(), request);
  const auto names = [&](const StopRequest& stop_request) {
    std::vector<std::string> found;
    for (const auto& meant : vms_to_stop(me.context(), stop_request)) found.push_back(meant.name.str());
    return found;
  };
  EXPECT_THAT(names({.group = GroupName::parse("pftest"), .type = TypeName::parse("db")}),
              ElementsAre("db00"));
  EXPECT_THAT(names({.group = GroupName::parse("pftest")}), ElementsAre("db00", "web00", "web01"));
  EXPECT_THAT(names({.group = GroupName::parse("other")}), IsEmpty());
  EXPECT_THAT(names({.names = {VmName::parse("web01"), VmName::parse("web00"), VmName::parse("web00")}}),
              ElementsAre("web00", "web01"));
}

TEST_F(Stop, LeavesWhatIsUnreadableAndSaysSo) {
  world.domain("web00").unreadable = "'vsock' is unknown";
  const auto before = world.volumes;
  remove_everything(me.context());
  EXPECT_THAT(me.reporter.warnings(), Contains(HasSubstr("'web00' can't be read")));
  EXPECT_EQ(world.domain("web00").state, VmState::running);
  std::size_t its_own = 0;
  for (const auto& [name, volume] : before) {
    if (!belongs_to(VmName::parse("web00"), name.str())) continue;
    ++its_own;
    EXPECT_TRUE(world.volumes.contains(name)) << name.str();
  }
  EXPECT_GE(its_own, 2U) << "overlay and seed";
  const auto error = refusal_of([&] { vms_to_stop(me.context(), named("web00")); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_NE(error.hint(), "");
}

TEST_F(Stop, ARenamedVmIsNotSaidToBeGone) {
  world.rename("web00", "other");
  const auto error = refusal_of([&] { vms_to_stop(me.context(), named("web00")); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("'other' was renamed: it is the VM 'web00'"));
}

TEST_F(Stop, ANameThatIsNotThere) {
  EXPECT_EQ(refusal_of([&] { vms_to_stop(me.context(), named("web09")); }).kind(), ErrorKind::not_found);
}

TEST_F(Stop, AnothersVmNeedsItsOwnersName) {
  vm("web00").vm->owner = bob;
  const auto error = refusal_of([&] { vms_to_stop(me.context(), named("web00")); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("bob@here"));
  EXPECT_EQ(all().size(), 1U) << "by group, too, only one's own";
  OthersVms others;
  vms_to_stop(me.context(), {.group = GroupName::parse("pftest")}, others);
  EXPECT_EQ(others.str(), "1 VM of bob@here");
  auto request = named("web00");
  request.owner = OwnerFilter::parse("bob");
  EXPECT_EQ(vms_to_stop(me.context(), request).size(), 1U);
  request.owner = OwnerFilter::parse("any");
  EXPECT_EQ(vms_to_stop(me.context(), request).size(), 1U);
}

TEST_F(Stop, RemovalLeavesNothing) {
  const auto results = remove_everything(me.context());
  EXPECT_TRUE(results[0].changed && results[1].changed);
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
  EXPECT_EQ(world.volumes.size() + world.unseen.size(), 1U);
  EXPECT_EQ(read_file(me.keyring.known_hosts(), 100'000), "");
}

TEST_F(Stop, RemovalTakesSnapshotsConsoleLogsAndAllElseOfTheVm) {
  for (const auto* name : {"web00.console.log.0", "web00.before-upgrade"}) {
    world.unseen[VolumeName::parse(name)] = {};
  }
  vm("web00").volumes.insert(VolumeName::parse("web00.before-upgrade"));  // as virsh makes snapshots of disks
  const std::set left{VolumeName::parse("web001.qcow2"), VolumeName::parse("web00.backup.qcow2"),
                      VolumeName::parse("web00.theirs")};
  for (const auto& name : left) world.volumes[name] = {};
  world.domains["Theirs"].volumes.insert(VolumeName::parse("web00.theirs"));
  remove_everything(me.context());
  for (const auto& name : left) EXPECT_TRUE(world.volumes.contains(name)) << name.str();
  EXPECT_EQ(world.volumes.size() + world.unseen.size(), left.size() + 1U)
      << "only the image is there beside them";
}

TEST_F(Stop, RemovalTakesIncompleteOnes) {
  vm("web00").vm->complete = false;
  vm("web00").state = VmState::stopped;
  remove_everything(me.context());
  EXPECT_THAT(vm_names(world), IsEmpty());
}

TEST_F(Stop, RemovalLeavesOneThatWasMadeAnewMeanwhile) {
  const auto vms = all();
  remove(another().context(), vms);
  instantiate_all(another().context(), request_for(webs(2)));
  const auto results = remove(me.context(), vms);
  EXPECT_FALSE(results[0].changed || results[1].changed);
  EXPECT_THAT(vm_names(world), ElementsAre("web00", "web01"));
  EXPECT_THAT(flaws(world), IsEmpty()) << "nor is it powered off";
}

TEST_F(Stop, RemovalTakesOneThatWasStartedMeanwhile) {
  stop_all();
  auto vms = all();
  vm("web00").state = VmState::running;
  for (const auto& result : remove(me.context(), vms)) EXPECT_FALSE(result.error);
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Stop, RemovalOfOneThatIsGoneIsNoError) {
  const auto vms = all();
  remove_everything(another().context());
  const auto results = remove(me.context(), vms);
  EXPECT_FALSE(results[0].changed);
  EXPECT_FALSE(results[0].error);
}

TEST_F(Stop, RemovalOfOneThatVirshRemovedForgetsItsKey) {
  const auto vms = all();
  for (const auto& one : vms) {
    me.hypervisor.force_off_vm(one.name);
    me.hypervisor.undefine_vm(one.name);
  }
  ASSERT_THAT(read_file(me.keyring.known_hosts(), 100'000), HasSubstr("web00"));
  remove(me.context(), vms);
  EXPECT_EQ(read_file(me.keyring.known_hosts(), 100'000), "");
}

TEST_F(Stop, OneThatCannotBeRemovedIsNamedAndLeavesTheOthersToGo) {
  me.hypervisor.fail_next("undefine_vm", {ErrorKind::failed, "libvirt says no"});
  const auto results = remove(me.context(), all());
  std::vector<std::string> errors;
  for (const auto& result : results) {
    if (result.error) errors.push_back(result.error->message());
  }
  EXPECT_THAT(errors, ElementsAre(testing::AllOf(HasSubstr("removing VM 'web"), HasSubstr("says no"))));
  EXPECT_EQ(vm_names(world).size(), 1U);
}

TEST_F(Stop, AnImageThatNobodyUsesGoesWithItsLastVm) {
  auto& source = *world.domains.at("debian12.template").source;
  source.base = base_image('b');
  world.volumes[base_image('b')] = {};
  remove(me.context(), {all()[0]});
  EXPECT_TRUE(world.volumes.contains(base_image())) << "web01 is on it";
  remove_everything(me.context());
  EXPECT_FALSE(world.volumes.contains(base_image()));
  EXPECT_TRUE(world.volumes.contains(base_image('b')));
}

}  // namespace
}  // namespace nocloud::test
