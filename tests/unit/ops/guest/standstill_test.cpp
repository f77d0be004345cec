// A dry run, and a plan, end as the run would where a VM stands still.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/converge/ensure_group.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

/// Message, hint and kind; empty for none.
std::string told(const std::optional<Error>& error) {
  return error ? fmt::format("{} | {} | {}", error->message(), error->hint(), static_cast<int>(error->kind()))
               : std::string();
}

class Standing : public testing::Test, protected Scene {
 protected:
  static InstantiateRequest request() {
    auto request = request_for(webs(3));
    request.networks = NetworkList::parse("user");
    return request;
  }
  void SetUp() override {
    auto made = request();
    made.wait = WaitFor::none;
    instantiate_all(me.context(), made);
    world.domain("web00").state = VmState::paused;
    world.domain("web01").state = VmState::stopped;
    me.hypervisor.refresh_volumes();  // a look at a console does so
  }
  void expect_as_foretold(const InstantiateRequest& request) {
    auto dry = request;
    dry.effect = InstantiateRequest::Effect::dry_run;
    const auto before = snapshot_of(world);
    const auto foretold = instantiate(me.context(), dry);
    EXPECT_EQ(snapshot_of(world), before);
    const auto done = instantiate(me.context(), request);
    ASSERT_EQ(foretold.size(), done.size());
    for (std::size_t i = 0; i < done.size(); ++i) {
      EXPECT_EQ(told(foretold[i].error), told(done[i].error));
      EXPECT_EQ(foretold[i].change, done[i].change);
    }
    EXPECT_EQ(told(first_error(foretold)), told(first_error(done)));
  }
};

TEST_F(Standing, ADryRunSaysOfAPausedVmWhatTheRunSays) {
  expect_as_foretold(request());
  auto dry = request();
  dry.effect = InstantiateRequest::Effect::dry_run;
  const auto error = first_error(instantiate(me.context(), dry));
  EXPECT_THAT(error.value().message(), HasSubstr("VM 'web00' is paused"));
  EXPECT_THAT(error.value().hint(), HasSubstr("virsh resume web00"));
}

TEST_F(Standing, ADryRunSaysTheSameOfAFault) {
  world.domain("web00").fault = "I/O error";
  expect_as_foretold(request());
}

TEST_F(Standing, NothingIsForetoldWhereNothingIsWaitedFor) {
  auto wanted = request();
  wanted.wait = WaitFor::none;
  expect_as_foretold(wanted);
  wanted.effect = InstantiateRequest::Effect::dry_run;
  EXPECT_EQ(told(first_error(instantiate(me.context(), wanted))), "");
}

TEST_F(Standing, APlanOfOneVmSaysWhatItsRunSays) {
  for (const auto state : all_states) {
    for (const auto wait : {WaitFor::none, WaitFor::ssh}) {
      if (state == State::absent) continue;
      world.domain("web00").state = VmState::paused;
      auto wanted = request_to(state);
      wanted.group = GroupName::parse("pftest");
      wanted.wait = wait;
      const auto plan = plan_ensure(me.context(), wanted);
      EXPECT_EQ(told(plan.failure), told(ensure_vm(me.context(), wanted, plan).error));
      EXPECT_EQ(plan.failure.has_value(), state == State::started && wait == WaitFor::ssh);
    }
  }
}

TEST_F(Standing, APlanOfAGroupSaysWhatItsRunSays) {
  world.domain("web02").state = VmState::paused;
  const GroupRequest wanted{.group = GroupName::parse("pftest"), .wanted = request()};
  const auto plan = plan_group(me.context(), wanted);
  EXPECT_THAT(plan.failure.value().message(), HasSubstr("2 of 3 VMs failed"));
  EXPECT_EQ(told(plan.failure), told(ensure_group(me.context(), wanted, plan).error));
}

TEST_F(Standing, WhatIsMadeAnewOfAGroupStandsStillNoMore) {
  GroupRequest wanted{.group = GroupName::parse("pftest"), .wanted = request(), .misfit = Misfit::recreate};
  wanted.wanted.user_data = "#cloud-config\n";
  const auto plan = plan_group(me.context(), wanted);
  EXPECT_EQ(plan.recreated.size(), 3U);
  EXPECT_EQ(told(plan.failure), "");
  EXPECT_EQ(told(ensure_group(me.context(), wanted, plan).error), "");
}

}  // namespace
}  // namespace nocloud::test
