#include "nocloud/ops/converge/ensure_vm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/model/identity.hpp"
#include "unit/ops/ensuring.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Ensure : public testing::Test, protected Scene {
 protected:
  EnsurePlan plan(const EnsureRequest& request) { return plan_ensure(me.context(), request); }
  EnsuredVm ensure(const EnsureRequest& request) {
    auto ensured = ensure_vm(me.context(), request, plan(request));
    EXPECT_EQ(ensured.error ? ensured.error->message() : "", "");
    return ensured;
  }
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

TEST_F(Ensure, ARunningOneIsStoppedForAChangeWhereThatIsAccepted) {
  make();
  auto request = request_to(State::started);
  request.interruption = Interruption::accept;
  EXPECT_THAT(plan_ensure(me.context(), request).steps, IsEmpty()) << "there is nothing to stop it for";
  request.cpus = CpuCount::of(2);
  EXPECT_THAT(plan_ensure(me.context(), request).steps,
              ElementsAre(VmStep::stop, VmStep::change, VmStep::start));
}

TEST_F(Ensure, OneThatNeedsAnotherInItsPlaceIsRefusedWithTheRemedy) {
  make();
  auto request = request_to(State::started);
  request.networks = NetworkList::parse("user");
  const auto error = refusal(request);
  EXPECT_THAT(error.message(), HasSubstr("network is nat, not user"));
  EXPECT_THAT(error.hint(), HasSubstr("recreate"));
  request.state = State::absent;
  EXPECT_THAT(plan(request).steps, ElementsAre(VmStep::remove)) << "what goes may be as it likes";
}

TEST_F(Ensure, RecreatesWithWhatIsLeftOpenAsItWas) {
  auto request = request_to(State::stopped);
  request.template_name = debian12().name;
  request.group = GroupName::parse("pftest");
  request.type = TypeName::parse("web");
  request.memory = Memory::of_mib(2048);
  request.cpus = CpuCount::of(3);
  request.disks = {DiskSize::of_gib(5)};
  request.networks = NetworkList::parse("user");
  ensure(request);
  const auto before = world.domain("web00");

  const auto user_data = std::string("#cloud-config\n");
  ensure({.name = web00, .state = State::stopped, .user_data = user_data, .misfit = Misfit::recreate});
  const auto& after = world.domain("web00");
  EXPECT_NE(after.uuid, before.uuid);
  auto expected = *before.vm;
  expected.user_data_sha256 = after.vm->user_data_sha256;
  EXPECT_EQ(*after.vm, expected);
}

TEST_F(Ensure, RecreatesNothingWhoseUserDataAreNotSaidAgain) {
  auto request = request_to(State::stopped);
  request.template_name = debian12().name;
  request.user_data = "#cloud-config\n";
  ensure(request);
  request.user_data.clear();
  request.networks = NetworkList::parse("user");
  request.misfit = Misfit::recreate;
  EXPECT_THAT(refusal(request).hint(), HasSubstr("Give its user-data again"));
}

TEST_F(Ensure, ANameThatOthersHoldIsForeseen) {
  world.domains["web00"] = {.uuid = "foreign", .state = VmState::running};
  auto request = request_to(State::started);
  request.template_name = debian12().name;
  EXPECT_THAT(refusal(request).message(), HasSubstr("that nocloud did not make"));
}

TEST_F(Ensure, AnOlderImageFitsAndIsTold) {
  make();
  world.domains.at("debian12.template").source->base = base_image('b');
  const auto found = plan(request_to(State::started));
  EXPECT_THAT(found.steps, IsEmpty());
  EXPECT_THAT(found.tolerated, ElementsAre("it is on an older image of its template"));
}

TEST_F(Ensure, ARenamedVmIsNotAbsent) {
  make();
  world.rename("web00", "other");
  EXPECT_THAT(refusal(request_to(State::absent)).message(), HasSubstr("was renamed: it is the VM 'web00'"));
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

TEST_F(Ensure, TheRemovalOfAnothersVmHasARemedyOfItsOwn) {
  make();
  auto bobs = another(bob);
  const auto error = refusal_of([&] { plan_ensure(bobs.context(), request_to(State::absent)); });
  EXPECT_THAT(error.hint(), HasSubstr("`vmstop -d web00 --owner eva@here`"));
}

TEST_F(Ensure, MoreMemoryThanTheHostHasIsForeseen) {
  make(VmState::stopped);
  auto request = request_to(State::stopped);
  request.memory = Memory::of_mib(1'000'000);
  EXPECT_EQ(refusal(request).kind(), ErrorKind::unavailable);
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
  const auto ensured = ensure_vm(me.context(), request, plan(request));
  EXPECT_THAT(ensured.error.value().message(), HasSubstr("says no"));
  EXPECT_FALSE(ensured.changed);
  EXPECT_EQ(world.domain("web00").state, VmState::stopped);
}

TEST_F(Ensure, WhatWasDoneBeforeAFailureCounts) {
  make();
  auto request = request_to(State::restarted);
  request.cpus = CpuCount::of(2);
  me.hypervisor.fail_next("redefine_vm", {ErrorKind::failed, "libvirt says no"});
  auto ensured = ensure_vm(me.context(), request, plan(request));
  EXPECT_TRUE(ensured.error);
  EXPECT_TRUE(ensured.changed) << "it was stopped";

  request = request_to(State::started);
  request.networks = NetworkList::parse("user");
  request.misfit = Misfit::recreate;
  me.hypervisor.fail_next("define_vm", {ErrorKind::failed, "libvirt says no"});
  ensured = ensure_vm(me.context(), request, plan(request));
  EXPECT_TRUE(ensured.error);
  EXPECT_TRUE(ensured.changed) << "it was removed";
  EXPECT_THAT(vm_names(world), IsEmpty());
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
