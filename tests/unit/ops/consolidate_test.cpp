#include "nocloud/ops/consolidate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/held_up.hpp"
#include "nocloud/ops/make_template.hpp"
#include "nocloud/ops/stop.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Consolidate : public testing::Test, protected Scene {
 protected:
  void SetUp() override { instantiate_all(me.context(), request_for(webs(1))); }

  bool consolidated() { return consolidate(me.context(), web00, {}); }
  void leave_held_up() {
    vm().state = VmState::paused;
    vm().vm->held_up = true;
  }
  FakeWorld::Domain& vm() { return world.domain("web00"); }

  const VmName web00 = VmName::parse("web00");
};

TEST_F(Consolidate, AVmStandsAlone) {
  EXPECT_TRUE(consolidated());
  EXPECT_EQ(vm().vm->base, std::nullopt);
  EXPECT_EQ(world.volumes.at(overlay_of(web00)).base, std::nullopt);
  EXPECT_THAT(flaws(world), IsEmpty());
  EXPECT_FALSE(consolidated());
}

TEST_F(Consolidate, RefusesAVmWithDisksOfOthers) {
  vm().volumes.insert(VolumeName::parse("web00.s1"));
  vm().state = VmState::stopped;
  EXPECT_EQ(refusal_of([&] { consolidated(); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(me.hypervisor.count_of("pull_base") + me.hypervisor.count_of("start_vm"), 1U)
      << "its first start";
  EXPECT_NE(vm().vm->base, std::nullopt);
}

TEST_F(Consolidate, OneThatIsDownIsDownAgain) {
  vm().state = VmState::stopped;
  EXPECT_TRUE(consolidated());
  EXPECT_EQ(vm().state, VmState::stopped);
}

TEST_F(Consolidate, WhatFailsLeavesItAsItWas) {
  vm().state = VmState::stopped;
  me.hypervisor.fail_next("pull_base", Error(ErrorKind::failed, "the disk is full"));
  EXPECT_EQ(refusal_of([&] { consolidated(); }).message(), "the disk is full");
  EXPECT_EQ(vm().state, VmState::stopped);
  EXPECT_NE(vm().vm->base, std::nullopt);
  EXPECT_TRUE(consolidated());
}

TEST_F(Consolidate, AKilledRunIsCompletedByTheNext) {
  for (const auto moment : {FakeHypervisor::Moment::before_effect, FakeHypervisor::Moment::after_effect}) {
    for (std::size_t call = 1;; ++call) {
      auto killed = another();
      killed.hypervisor.crash_at(call, moment);
      try {
        consolidate(killed.context(), web00, {});
        break;
      } catch (const Crashed&) {
        EXPECT_TRUE(world.volumes.contains(base_image())) << "its template has it still";
      }
    }
    EXPECT_FALSE(consolidated());
    vm().vm->base = base_image();
    world.volumes.at(overlay_of(web00)).base = base_image();
  }
}

TEST_F(Consolidate, AKilledRunOfOneThatIsDownIsEndedByTheNext) {
  for (const auto moment : {FakeHypervisor::Moment::before_effect, FakeHypervisor::Moment::after_effect}) {
    for (std::size_t call = 1;; ++call) {
      vm().state = VmState::stopped;
      auto killed = another();
      killed.hypervisor.crash_at(call, moment);
      try {
        consolidate(killed.context(), web00, {});
        break;
      } catch (const Crashed&) {
        consolidated();
      }
      EXPECT_EQ(vm().state, VmState::stopped) << call;
      EXPECT_FALSE(vm().vm->held_up) << call;
      EXPECT_EQ(vm().vm->base, std::nullopt) << call;
      vm().vm->base = base_image();
      world.volumes.at(overlay_of(web00)).base = base_image();
    }
    vm().vm->base = base_image();
    world.volumes.at(overlay_of(web00)).base = base_image();
  }
}

TEST_F(Consolidate, OneThatIsStartingYetForAKilledRunIsPutDown) {
  vm().vm->held_up = true;
  vm().state = VmState::running;
  me.hypervisor.before_next("pull_base", [&] { vm().state = VmState::paused; });
  EXPECT_TRUE(consolidated());
  EXPECT_EQ(vm().state, VmState::stopped);
  EXPECT_FALSE(vm().vm->held_up);
}

TEST_F(Consolidate, OneThatAUserLetRunOnIsNotPutDown) {
  vm().vm->held_up = true;
  vm().state = VmState::running;
  EXPECT_TRUE(consolidated());
  EXPECT_EQ(vm().state, VmState::running);
  EXPECT_FALSE(vm().vm->held_up);
}

TEST_F(Consolidate, WhatAKilledRunHasLeftIsTold) {
  leave_held_up();
  full_survey(me.context(), {});
  EXPECT_THAT(me.reporter.warnings(),
              ElementsAre(HasSubstr("a vmconsolidate that did not end has left VM 'web00' paused")));
  EXPECT_THAT(remedy_for_paused(me.context(), *me.hypervisor.find_vm(web00)),
              AllOf(HasSubstr("`vmconsolidate web00`"), HasSubstr("`vmstop web00`")));
  const auto held = me.context().locks.acquire(web00.str(), {});
  full_survey(me.context(), {});
  EXPECT_EQ(me.reporter.warnings().size(), 1U) << "somebody works on it";
  EXPECT_THAT(remedy_for_paused(me.context(), *me.hypervisor.find_vm(web00)), HasSubstr("Process"));
}

TEST_F(Consolidate, WhatAKilledRunHasLeftIsEndedByWhoeverNeedsTheVm) {
  leave_held_up();
  instantiate_all(me.context(), request_for(webs(1)));
  EXPECT_EQ(vm().state, VmState::running);
  EXPECT_FALSE(vm().vm->held_up);
  leave_held_up();
  stop(me.context(), {}, {*me.hypervisor.find_vm(web00)});
  EXPECT_EQ(vm().state, VmState::stopped);
  EXPECT_FALSE(vm().vm->held_up);
  vm().vm->held_up = true;  // killed before the start
  instantiate_all(me.context(), request_for(webs(1)));
  EXPECT_FALSE(vm().vm->held_up);
  vm().state = VmState::paused;
  EXPECT_TRUE(consolidated());
  EXPECT_EQ(vm().state, VmState::paused) << "somebody else has paused it";
}

TEST_F(Consolidate, TheTemplateIsNotNeededAnyMore) {
  const auto name = debian12().name;
  EXPECT_THAT(dependants_of(me.context(), name), ElementsAre(web00));
  consolidated();
  EXPECT_THAT(dependants_of(me.context(), name), IsEmpty());
  delete_template(me.context(), name);
  EXPECT_FALSE(world.volumes.contains(base_image()));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(Consolidate, ItIsTheOwners) {
  const auto other = another(bob);
  EXPECT_EQ(refusal_of([&] { consolidate(other.context(), web00, {}); }).kind(), ErrorKind::conflict);
}

TEST_F(Consolidate, ItIsNotSaidToBeOnAnOlderImage) {
  consolidated();
  const auto again = instantiate_all(me.context(), request_for(webs(1)));
  EXPECT_THAT(again.front().differences, IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
