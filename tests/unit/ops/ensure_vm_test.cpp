#include "nocloud/ops/ensure_vm.hpp"

#include <array>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/identity.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using State = EnsureRequest::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const VmName web00 = VmName::parse("web00");

EnsureRequest request_to(State state) {
  return {.name = web00, .state = state, .virt_type = VirtType::qemu, .wait = WaitFor::none};
}

/// What the VM may be before.
enum class Found { missing, incomplete, stopped, crashed, paused, running };
constexpr std::array all_found{Found::missing, Found::incomplete, Found::stopped,
                               Found::crashed, Found::paused,     Found::running};
constexpr std::array all_states{State::absent, State::present, State::started, State::stopped,
                                State::restarted};

/// In what the request differs from the VM.
struct Wish {
  std::string name;
  std::function<void(EnsureRequest&)> put;
};
const std::vector<Wish> all_wishes{
    {"nothing", [](EnsureRequest&) {}},
    {"memory", [](EnsureRequest& request) { request.memory = Memory::of_mib(2048); }},
    {"type", [](EnsureRequest& request) { request.type = TypeName::parse("db"); }},
    {"more disks",
     [](EnsureRequest& request) {
       request.disks = {DiskSize::of_gib(5), DiskSize::of_gib(6)};
     }},
    {"no disks", [](EnsureRequest& request) { request.disks.emplace(); }},
    {"network", [](EnsureRequest& request) { request.network = NetworkChoice::parse("user"); }},
    {"user-data, anew",
     [](EnsureRequest& request) {
       request.user_data = "#cloud-config\n";
       request.misfit = EnsureRequest::Misfit::recreate;
     }},
    {"memory and a network, anew", [](EnsureRequest& request) {
       request.memory = Memory::of_mib(2048);
       request.network = NetworkChoice::parse("user");
       request.misfit = EnsureRequest::Misfit::recreate;
     }}};

/// Calls of the port that change nothing.
bool only_looks(const std::string& call) {
  static const std::set<std::string> looks{"host", "vms", "find_vm", "find_template", "find_network"};
  return looks.contains(call.substr(0, call.find(' ')));
}

void put_vm(FakeWorld& world, const Process& me, Found found) {
  if (found == Found::missing) return;
  instantiate_all(me.context(), request_for({described("web00", {.disks = {DiskSize::of_gib(5)}})}));
  auto& domain = world.domain("web00");
  if (found == Found::incomplete) domain.vm->complete = false;
  if (found == Found::paused) domain.state = VmState::paused;
  if (found == Found::crashed) domain.state = VmState::crashed;
  if (found == Found::stopped || found == Found::incomplete) domain.state = VmState::stopped;
}

void expect_as_foreseen(const std::optional<Vm>& foreseen, const std::optional<Vm>& there) {
  ASSERT_EQ(foreseen.has_value(), there.has_value());
  if (!there) return;
  auto known = static_cast<const VmDefinition&>(*foreseen);
  known.host_key = there->host_key;
  EXPECT_EQ(known, static_cast<const VmDefinition&>(*there));
  EXPECT_EQ(foreseen->state, there->state);
}

/// One case of the table: what is foreseen is what is done, and done once.
void check_case(Found found, State state, const Wish& wish) {
  Scene scene;
  auto& world = scene.world;
  put_vm(world, scene.me, found);
  auto request = request_to(state);
  request.template_name = debian12().name;
  wish.put(request);
  auto process = scene.another();
  EnsurePlan plan;
  try {
    plan = plan_ensure(process.context(), request);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::conflict) << error.message();
    EXPECT_FALSE(error.hint().empty());
    return;
  }
  for (const auto& call : process.hypervisor.calls()) EXPECT_TRUE(only_looks(call)) << call;
  const auto result = ensure_vm(process.context(), request, plan);
  EXPECT_EQ(result.changed, !plan.steps.empty());
  EXPECT_EQ(result.located.has_value(), state != State::absent);
  expect_as_foreseen(plan.after, process.hypervisor.find_vm(web00));
  EXPECT_THAT(strays(world), IsEmpty());
  const auto again = plan_ensure(process.context(), request);
  if (state == State::restarted) return;
  EXPECT_THAT(again.steps, IsEmpty());
}

TEST(EnsureVm, WhatIsForeseenIsWhatIsDone) {
  for (const auto found : all_found) {
    for (const auto state : all_states) {
      for (const auto& wish : all_wishes) {
        SCOPED_TRACE(fmt::format("found {}, state {}, wish {}", static_cast<int>(found),
                                 static_cast<int>(state), wish.name));
        check_case(found, state, wish);
      }
    }
  }
}

class Ensure : public testing::Test, protected Scene {
 protected:
  EnsurePlan plan(const EnsureRequest& request) { return plan_ensure(me.context(), request); }
  EnsuredVm ensure(const EnsureRequest& request) { return ensure_vm(me.context(), request, plan(request)); }
  void make(VmState state = VmState::running) {
    instantiate_all(me.context(), request_for({described("web00", {.disks = {DiskSize::of_gib(5)}})}));
    world.domain("web00").state = state;
  }
  Error refusal(const EnsureRequest& request) {
    return refusal_of([&] { plan(request); });
  }
};

TEST_F(Ensure, TakesTheStepsThatItTakes) {
  auto larger = request_to(State::restarted);
  larger.memory = Memory::of_mib(2048);
  make();
  EXPECT_THAT(plan(larger).steps, ElementsAre(VmStep::stop, VmStep::change, VmStep::start));
  larger.state = State::stopped;
  EXPECT_THAT(plan(larger).steps, ElementsAre(VmStep::stop, VmStep::change));
  world.domain("web00").state = VmState::stopped;
  larger.state = State::started;
  EXPECT_THAT(plan(larger).steps, ElementsAre(VmStep::change, VmStep::start));
  larger.state = State::present;
  EXPECT_THAT(plan(larger).steps, ElementsAre(VmStep::change));
}

TEST_F(Ensure, WhatIsLeftOpenStaysAsItIs) {
  make(VmState::stopped);
  EXPECT_THAT(plan({.name = web00, .state = State::stopped}).steps, IsEmpty());
  EXPECT_THAT(plan({.name = web00, .state = State::started}).steps, ElementsAre(VmStep::start));
}

TEST_F(Ensure, WhatIsLeftOpenOfANewVmIsTheTemplates) {
  auto request = request_to(State::started);
  request.template_name = debian12().name;
  const auto after = plan(request).after;
  EXPECT_EQ(after->group.str(), "group");
  EXPECT_EQ(after->type.str(), "default");
  EXPECT_EQ(after->memory, debian12().memory);
  EXPECT_THAT(after->disks, IsEmpty());
  EXPECT_EQ(after->nics.front().mac, mac_of_vm(web00));
}

TEST_F(Ensure, ANewVmNeedsATemplate) {
  const auto error = refusal(request_to(State::started));
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_EQ(error.hint(), "Name a template.");
}

TEST_F(Ensure, ARunningOneThatHasToStopIsRefusedWithTheRemedy) {
  make();
  auto request = request_to(State::started);
  request.cpus = CpuCount::of(4);
  const auto error = refusal(request);
  EXPECT_EQ(error.message(),
            "VM 'web00' is up, and can only be changed while it is down: number of CPUs is 1, not 4");
  EXPECT_THAT(error.hint(), HasSubstr("restarted"));
}

TEST_F(Ensure, OneThatNeedsAnotherInItsPlaceIsRefusedWithTheRemedy) {
  make();
  auto request = request_to(State::started);
  request.network = NetworkChoice::parse("user");
  const auto error = refusal(request);
  EXPECT_THAT(error.message(), HasSubstr("network is nat, not user"));
  EXPECT_THAT(error.hint(), HasSubstr("recreate"));
  request.state = State::absent;
  EXPECT_THAT(plan(request).steps, ElementsAre(VmStep::remove)) << "what goes may be as it likes";
}

TEST_F(Ensure, RecreatesAsIfItHadNeverBeenThere) {
  make();
  auto request = request_to(State::started);
  request.network = NetworkChoice::parse("user");
  request.misfit = EnsureRequest::Misfit::recreate;
  const auto before = world.domain("web00").uuid;
  EXPECT_TRUE(ensure(request).changed);
  EXPECT_NE(world.domain("web00").uuid, before);
  EXPECT_THAT(world.domain("web00").vm->disks, IsEmpty());
  EXPECT_EQ(world.domain("web00").vm->group.str(), "pftest");
}

TEST_F(Ensure, AnOlderImageFitsAndIsTold) {
  make();
  world.domains.at("debian12.template").source->base = base_image('b');
  const auto found = plan(request_to(State::started));
  EXPECT_THAT(found.steps, IsEmpty());
  EXPECT_THAT(found.tolerated, ElementsAre("it is on an older image of its template"));
}

TEST_F(Ensure, AnothersVmOrGroupIsAConflict) {
  make();
  auto bobs = another(bob);
  for (const auto state : all_states) {
    const auto error = refusal_of([&] { plan_ensure(bobs.context(), request_to(state)); });
    EXPECT_THAT(error.message(), HasSubstr("eva@here"));
    auto request = request_to(state);
    request.group = GroupName::parse("other");
    EXPECT_THAT(refusal(request).message(), HasSubstr("'pftest'"));
  }
}

TEST_F(Ensure, MoreMemoryThanTheHostHasIsForeseen) {
  make(VmState::stopped);
  auto request = request_to(State::stopped);
  request.memory = Memory::of_mib(1'000'000);
  EXPECT_EQ(refusal(request).kind(), ErrorKind::invalid_input);
}

TEST_F(Ensure, WorksOnAVmWhoseTemplateIsBeingUpdated) {
  make();
  world.domains.at("debian12.template").source->complete = false;
  EXPECT_THAT(plan(request_to(State::stopped)).steps, ElementsAre(VmStep::stop));
}

TEST_F(Ensure, WaitsForOneThatIsStartedAndProvesTheLogin) {
  make(VmState::stopped);
  auto request = request_to(State::started);
  request.wait = WaitFor::ssh;
  const auto visits = me.ssh.visits().size();
  EXPECT_TRUE(ensure(request).located->endpoint);
  ASSERT_EQ(me.ssh.visits().size(), visits + 1);
  EXPECT_EQ(me.ssh.visits().back().until, SshStage::logged_in);
  EXPECT_FALSE(ensure(request).changed);
  EXPECT_EQ(me.ssh.visits().back().until, SshStage::host_key_verified);
}

TEST_F(Ensure, DoesNotWaitForOneThatIsDown) {
  make(VmState::stopped);
  auto request = request_to(State::present);
  request.wait = WaitFor::ssh;
  const auto visits = me.ssh.visits().size();
  EXPECT_EQ(ensure(request).located->vm.state, VmState::stopped);
  EXPECT_EQ(me.ssh.visits().size(), visits);
}

TEST_F(Ensure, AFailedStepEndsIt) {
  make(VmState::stopped);
  auto request = request_to(State::started);
  request.memory = Memory::of_mib(2048);
  me.hypervisor.fail_next("redefine_vm", {ErrorKind::failed, "libvirt says no"});
  EXPECT_THAT(refusal_of([&] { ensure(request); }).message(), HasSubstr("says no"));
  EXPECT_EQ(world.domain("web00").state, VmState::stopped);
}

TEST_F(Ensure, WhatAnotherRunHasDoneMeanwhileIsNotDoneTwice) {
  make(VmState::stopped);
  auto request = request_to(State::started);
  const auto before = plan(request);
  ensure_vm(another().context(), request, before);
  EXPECT_FALSE(ensure_vm(me.context(), request, before).changed);
  request.state = State::absent;
  const auto removal = plan(request);
  ensure_vm(another().context(), request, removal);
  EXPECT_FALSE(ensure_vm(me.context(), request, removal).changed);
}

}  // namespace
}  // namespace nocloud::test
