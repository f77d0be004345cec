#include "nocloud/ops/vm/consolidate.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/template/make_template.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Consolidate : public testing::Test, protected Scene {
 protected:
  void SetUp() override { instantiate_all(me.context(), request_for(webs(1))); }

  bool consolidated() { return consolidate(me.context(), web00, {}); }
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

/// Does something while a copy goes on.
class Meanwhile final : public Reporter {
 public:
  explicit Meanwhile(std::function<void()> act) : act_(std::move(act)) {}
  void step(std::string_view /*subject*/, std::string_view /*what*/) override {}
  void warn(std::string_view /*text*/, std::string_view /*remedy*/) override {}
  void progress(std::string_view /*subject*/, std::uint64_t /*done*/, std::uint64_t /*total*/) override {
    act_();
  }

 private:
  std::function<void()> act_;
};

TEST_F(Consolidate, OneThatSomebodyResumesMeanwhileRunsOn) {
  vm().state = VmState::stopped;
  Meanwhile resumed([&] {
    EXPECT_EQ(vm().state, VmState::paused);
    vm().state = VmState::running;
  });
  EXPECT_TRUE(consolidate(with(me.context(), resumed), web00, {}));
  EXPECT_EQ(vm().state, VmState::running);
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
