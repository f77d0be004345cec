// Who finds a VM up, by whomever it was started, does not say that it was started.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/connect.hpp"
#include "nocloud/ops/consolidate.hpp"
#include "nocloud/ops/start_vm.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

class WasUp : public testing::Test, protected Scene {
 protected:
  WasUp() { instantiate_all(me.context(), request()); }

  static InstantiateRequest request() {
    auto request = request_for(webs(1));
    request.networks = NetworkList::parse("user");
    return request;
  }
  /// What another process does, as `virsh start`, right before this one would.
  void another_starts_it() {
    world.domain("web00").state = VmState::stopped;
    later.hypervisor.before_next("start_vm", [&] { world.domain("web00").state = VmState::running; });
  }
  void expect_none_started() { EXPECT_FALSE(later.reporter.told("web00: started")); }

  Process later = another();
};

TEST_F(WasUp, AStartSaysSo) {
  EXPECT_EQ(start_vm(me.context(), web00, StartMode::running), Beginning::was_up);
}

TEST_F(WasUp, AnInstantiationOfOneThatRuns) {
  EXPECT_EQ(instantiate_all(later.context(), request()).front().change, Change::none);
  expect_none_started();
}

TEST_F(WasUp, AnInstantiationThatAnotherForestalls) {
  another_starts_it();
  EXPECT_EQ(instantiate_all(later.context(), request()).front().change, Change::none);
  expect_none_started();
}

TEST_F(WasUp, AConnectionToOneThatRuns) {
  connect(later.context(), {.name = web00});
  expect_none_started();
}

TEST_F(WasUp, AConnectionThatAnotherForestalls) {
  another_starts_it();
  connect(later.context(), {.name = web00});
  expect_none_started();
}

TEST_F(WasUp, ATaskThatAnotherForestalls) {
  another_starts_it();
  auto wanted = request_to(State::started);
  wanted.group = GroupName::parse("pftest");
  wanted.wait = WaitFor::ssh;
  const auto plan = plan_ensure(later.context(), wanted);
  EXPECT_TRUE(plan.has(VmStep::start));
  EXPECT_FALSE(ensure_vm(later.context(), wanted, plan).changed);
  expect_none_started();
}

TEST_F(WasUp, AConsolidationThatAnotherForestallsLeavesItUp) {
  another_starts_it();
  consolidate(later.context(), web00, {});
  EXPECT_EQ(world.domain("web00").state, VmState::running);
}

TEST_F(WasUp, WhoStartsItSaysSoOnce) {
  const auto count = [](const Process& process) {
    const auto steps = process.reporter.steps();
    return std::ranges::count(steps, "web00: started");
  };
  EXPECT_EQ(count(me), 1);
  world.domain("web00").state = VmState::stopped;
  instantiate_all(later.context(), request());
  EXPECT_EQ(count(later), 1);
  world.domain("web00").state = VmState::stopped;
  auto third = another();
  connect(third.context(), {.name = web00});
  EXPECT_EQ(count(third), 1);
}

}  // namespace
}  // namespace nocloud::test
