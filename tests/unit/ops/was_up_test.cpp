// Who finds a VM up, by whomever it was started, does not say that it was started.

#include <array>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/vm/connect.hpp"
#include "nocloud/ops/vm/consolidate.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

class WasUp : public testing::Test, protected Scene {
 protected:
  WasUp() { instantiate_all(me.context(), request()); }

  static InstantiateRequest request(std::string_view networks = "user") {
    auto request = request_for(webs(1));
    request.networks = NetworkList::parse(networks);
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

TEST_F(WasUp, WhoDidNotStartItDoesNotStartItAgainAfterAPanic) {
  remove_everything(me.context());
  auto bridged = request("bridge=br0");  // where it has to be waited for
  bridged.wait = WaitFor::none;
  instantiate_all(me.context(), bridged);
  bridged.wait = WaitFor::ssh;
  auto wanted = request_to(State::started);
  wanted.group = GroupName::parse("pftest");
  wanted.wait = WaitFor::ssh;
  const std::array<std::function<void()>, 3> runs{
      [&] { instantiate_all(later.context(), bridged); }, [&] { connect(later.context(), {.name = web00}); },
      [&] {
        if (const auto error = ensure_vm(later.context(), wanted, plan_ensure(later.context(), wanted)).error)
          throw Error(*error);
      }};
  for (const auto& run : runs) {
    another_starts_it();
    world.write_on_console(web00, "[    0.040000] Kernel panic - not syncing: x\n");
    world.write_on_console(web00, "[    0.040000] ---[ end Kernel panic - not syncing: x ]---\n");
    EXPECT_THAT(refusal_of(run).message(), testing::HasSubstr("has panicked"));
    EXPECT_EQ(later.hypervisor.count_of("force_off_vm"), 0U);
  }
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
