#include "nocloud/ops/converge/ensure_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/virt/domain_names.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EnsureGroup : public testing::Test, protected Scene {
 protected:
  static GroupRequest request_of(std::vector<DescribedVm> vms) {
    return {.group = GroupName::parse("pftest"), .wanted = request_for(std::move(vms))};
  }
  void make(std::size_t count) { instantiate_all(me.context(), request_for(webs(count))); }

  /// Carries a request out, having seen that looking changes nothing, and that it came as foreseen.
  GroupPlan ensure(const GroupRequest& request) {
    const auto calls = me.hypervisor.count_of("define_vm") + me.hypervisor.count_of("redefine_vm") +
                       me.hypervisor.count_of("start_vm") + me.hypervisor.count_of("undefine_vm");
    auto plan = plan_group(me.context(), request);
    EXPECT_EQ(me.hypervisor.count_of("define_vm") + me.hypervisor.count_of("redefine_vm") +
                  me.hypervisor.count_of("start_vm") + me.hypervisor.count_of("undefine_vm"),
              calls);
    const auto ensured = ensure_group(me.context(), request, plan);
    EXPECT_FALSE(ensured.error);
    EXPECT_EQ(ensured.changed, plan.changes_something());
    expect_as_foreseen(plan.after);
    EXPECT_FALSE(plan_group(me.context(), request).changes_something());
    EXPECT_THAT(strays(world), IsEmpty());
    return plan;
  }

  void expect_as_foreseen(const std::vector<Vm>& foreseen) {
    const auto there = vms_to_stop(me.context(), {.group = GroupName::parse("pftest")});
    ASSERT_EQ(foreseen.size(), there.size());
    for (std::size_t i = 0; i < there.size(); ++i) {
      auto known = static_cast<const VmDefinition&>(foreseen[i]);
      known.host_key = there[i].host_key;
      EXPECT_EQ(known, static_cast<const VmDefinition&>(there[i]));
      EXPECT_EQ(foreseen[i].state, there[i].state);
    }
  }
};

TEST_F(EnsureGroup, MakesWhatIsMissingAndStartsWhatIsDown) {
  make(2);
  world.domain("web01").state = VmState::stopped;
  EXPECT_EQ(ensure(request_of(webs(3))).brought_up, 2U);
  EXPECT_THAT(vm_names(world), ElementsAre("web00", "web01", "web02"));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(EnsureGroup, StopsForAChangeAndMakesAnewWhereThatIsAccepted) {
  make(3);
  const auto uuid = world.domain("web00").uuid;
  auto wanted = webs(3);
  wanted[0].shape.memory = Memory::of_mib(2048);
  wanted[1].template_name = TemplateName::parse("debian13");
  auto other = debian12();
  other.name = wanted[1].template_name;
  world.domains[template_domain(other.name)] = {.uuid = "other", .source = other};
  auto request = request_of(wanted);
  EXPECT_EQ(refusal_of([&] { plan_group(me.context(), request); }).kind(), ErrorKind::conflict);
  request.misfit = Misfit::recreate;
  EXPECT_THAT(refusal_of([&] { plan_group(me.context(), request); }).message(),
              HasSubstr("VM web00: memory"));
  request.interruption = Interruption::accept;
  const auto plan = ensure(request);
  EXPECT_EQ(plan.stopped.size(), 1U);
  EXPECT_EQ(plan.recreated.size(), 1U);
  EXPECT_EQ(plan.brought_up, 2U);
  EXPECT_EQ(world.domain("web00").uuid, uuid);
  EXPECT_EQ(world.domain("web01").vm->template_name, other.name);
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(EnsureGroup, KeepsOthersUnlessAskedToRemoveThem) {
  make(3);
  auto request = request_of(webs(1));
  EXPECT_FALSE(ensure(request).changes_something());
  request.others = GroupRequest::Others::remove;
  EXPECT_EQ(ensure(request).removed.size(), 2U);
  EXPECT_THAT(vm_names(world), ElementsAre("web00"));
}

TEST_F(EnsureGroup, NothingWantedAndOthersRemovedIsAnEmptyGroup) {
  make(2);
  auto request = request_of({});
  request.others = GroupRequest::Others::remove;
  ensure(request);
  EXPECT_THAT(vm_names(world), IsEmpty());
}

TEST_F(EnsureGroup, ChangesThoseThatAreDownBeforeTheyAreStarted) {
  make(1);
  world.domain("web00").state = VmState::stopped;
  EXPECT_EQ(ensure(request_of({described("web00", {.memory = Memory::of_mib(2048)})})).changed.size(), 1U);
  EXPECT_EQ(world.domain("web00").vm->memory.mib(), 2048U);
}

TEST_F(EnsureGroup, RefusesWhatWouldNeedAStopNamingEach) {
  make(2);
  const VmShape larger{.memory = Memory::of_mib(2048)};
  const auto error = refusal_of([&] {
    plan_group(me.context(), request_of({described("web00", larger), described("web01", larger)}));
  });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("VM web00: memory in MB is 1024, not 2048 and VM web01"));
}

TEST_F(EnsureGroup, RefusesWhatWouldNeedAnotherVm) {
  make(1);
  auto request = request_of(webs(1));
  request.wanted.networks = NetworkList::parse("user");
  EXPECT_THAT(refusal_of([&] { plan_group(me.context(), request); }).message(),
              HasSubstr("VM web00: network is nat, not user"));
}

TEST_F(EnsureGroup, MakesAnewWhatOnlyAnotherVmCanBeIfItMay) {
  make(2);
  const auto kept = world.domain("web01").uuid;
  const auto before = world.domain("web00").uuid;
  auto request = request_of({described("web00", {.disks = {DiskSize::of_gib(5)}}), described("web01")});
  world.domain("web00").vm->disks = {DiskSize::of_gib(9)};
  request.misfit = Misfit::recreate;
  const auto plan = ensure(request);
  EXPECT_EQ(plan.recreated.size(), 1U);
  EXPECT_EQ(plan.brought_up, 1U);
  EXPECT_NE(world.domain("web00").uuid, before);
  EXPECT_EQ(world.domain("web01").uuid, kept);
}

/// All of pftest without the disks that they have, which takes other VMs.
class Replacing : public EnsureGroup {
 protected:
  Replacing() {
    make(3);
    request.misfit = Misfit::recreate;
    for (const auto* name : {"web00", "web01", "web02"}) {
      world.domain(name).vm->disks = {DiskSize::of_gib(9)};
      before[name] = world.domain(name).uuid;
    }
  }
  EnsuredGroup carry_out() { return ensure_group(me.context(), request, plan_group(me.context(), request)); }
  /// Whether that VM is the one that was there before.
  bool stayed(const std::string& name) {
    const auto found = world.domains.find(name);
    return found != world.domains.end() && found->second.uuid == before.at(name);
  }

  GroupRequest request = request_of(webs(3));
  std::map<std::string, std::string> before;
};

TEST_F(Replacing, RemovesOneAndMakesItBeforeTheNextGoes) {
  EXPECT_EQ(ensure(request).recreated.size(), 3U);
  std::vector<std::string> order;
  for (const auto& call : me.hypervisor.calls()) {
    if (call.starts_with("undefine_vm") || call.starts_with("start_vm")) order.push_back(call);
  }
  EXPECT_THAT(std::vector(order.end() - 6, order.end()),
              ElementsAre("undefine_vm web00", "start_vm web00", "undefine_vm web01", "start_vm web01",
                          "undefine_vm web02", "start_vm web02"));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(Replacing, EndsWithTheFirstThatCannotBeMade) {
  me.hypervisor.fail_next("define_vm", {ErrorKind::failed, "libvirt says no"});
  const auto ensured = carry_out();
  EXPECT_THAT(ensured.error.value().message(), HasSubstr("making VM 'web00': libvirt says no"));
  EXPECT_TRUE(ensured.changed);
  EXPECT_THAT(vm_names(world), ElementsAre("web01", "web02"));
  EXPECT_TRUE(stayed("web01") && stayed("web02"));
  EXPECT_THAT(strays(world), IsEmpty());
  ensure(request);
}

TEST_F(Replacing, TheOthersAreBroughtUpAllTheSame) {
  request.wanted.vms = webs(4);
  world.domain("web02").vm->disks = {};
  world.domain("web02").state = VmState::stopped;
  me.hypervisor.fail_next("define_vm", {ErrorKind::failed, "libvirt says no"});
  EXPECT_TRUE(carry_out().error);
  EXPECT_TRUE(stayed("web01") && stayed("web02"));
  EXPECT_EQ(world.domain("web02").state, VmState::running);
  EXPECT_THAT(vm_names(world), ElementsAre("web01", "web02", "web03"));
}

TEST_F(Replacing, AnInterruptionLeavesThoseThatWereNotBegun) {
  const auto plan = plan_group(me.context(), request);
  const auto ensured = ensure_group(me.interrupted(), request, plan);
  EXPECT_EQ(ensured.error.value().kind(), ErrorKind::interrupted);
  EXPECT_FALSE(ensured.changed);
  EXPECT_TRUE(stayed("web00") && stayed("web01") && stayed("web02"));
}

TEST_F(Replacing, WaitsForEachAsForANewOne) {
  request.wanted.wait = WaitFor::ssh;
  const auto visits = me.ssh.visits().size();
  EXPECT_FALSE(carry_out().error);
  ASSERT_EQ(me.ssh.visits().size(), visits + 3);
  EXPECT_EQ(me.ssh.visits().back().until, SshStage::logged_in);
}

TEST_F(EnsureGroup, MakesAnewWhatAKilledRunLeft) {
  make(1);
  world.domain("web00").vm->complete = false;
  world.domain("web00").state = VmState::stopped;
  ensure(request_of(webs(1)));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(EnsureGroup, TellsOfAnOlderImage) {
  make(1);
  world.domains.at("debian12.template").source->base = base_image('b');
  EXPECT_THAT(plan_group(me.context(), request_of(webs(1))).tolerated,
              ElementsAre("VM web00: it is on an older image of its template"));
}

TEST_F(EnsureGroup, LeavesOtherOwnersAlone) {
  make(1);
  auto bobs = another(bob);
  const auto error = refusal_of([&] { plan_group(bobs.context(), request_of(webs(2))); });
  EXPECT_THAT(error.message(), HasSubstr("belongs to eva@here"));
  auto request = request_of({});
  request.others = GroupRequest::Others::remove;
  EXPECT_FALSE(plan_group(bobs.context(), request).changes_something());
}

}  // namespace
}  // namespace nocloud::test
