#include "terraform_shim/provider/resources/group_resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::unknown;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string group_type = "nocloud_group";

class GroupResource : public testing::Test, protected Stage {
 protected:
  static Value line(const Value& more) {
    Value line{{"template", "debian12"}, {"count", nullptr}, {"type", nullptr}, {"name", nullptr},
               {"memory", nullptr},      {"cpus", nullptr},  {"disks", nullptr}};
    line.update(more);
    return line;
  }
  static Value pftest(unsigned webs, const Value& sql = Value::object()) {
    auto database = line({{"type", "sql"}, {"name", "db"}});
    database.update(sql);
    return {{"name", "pftest"},
            {"lines", {line({{"count", webs}, {"type", "web"}, {"name", "web"}}), database}}};
  }
  static std::vector<std::string> names(const Value& state) {
    std::vector<std::string> found;
    for (const auto& [name, vm] : state["vms"].items()) found.push_back(name);
    return found;
  }
  Value problems(const Value& given) {
    return errors_of(provider.validate_resource(group_type, config(group_type, given)));
  }
};

TEST_F(GroupResource, IsKeptAsItIsDescribed) {
  auto state = applied(group_type, nullptr, pftest(2));
  EXPECT_THAT(names(state), ElementsAre("db00", "web00", "web01"));
  EXPECT_EQ(state["vms"]["web01"]["port"], 22);
  EXPECT_EQ(state["vms"]["db00"]["type"], "sql");
  const auto uuid = state["vms"]["db00"]["uuid"];
  state = applied(group_type, state, pftest(3));
  EXPECT_THAT(names(state), ElementsAre("db00", "web00", "web01", "web02"));
  state = applied(group_type, state, pftest(1));
  EXPECT_THAT(names(state), ElementsAre("db00", "web00"));
  EXPECT_EQ(state["vms"]["db00"]["uuid"], uuid);
  EXPECT_TRUE(provider.apply(group_type, state, nullptr).state.is_null());
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(GroupResource, ThePlanNamesThoseThatGoOrStop) {
  const auto state = applied(group_type, nullptr, pftest(2, {{"disks", {5}}}));
  const auto summary = [&](const Value& given) {
    return summaries_of(plan(group_type, state, given).diagnostics);
  };
  EXPECT_EQ(summary(pftest(1, {{"disks", {5}}})), "web01 will be removed\n");
  EXPECT_EQ(summary(pftest(2, {{"disks", {4}}})), "db00 will be re-created\n");
  for (const auto& disks : {Value::array({5, 6}), Value::array({6})}) {
    EXPECT_EQ(summary(pftest(2, {{"disks", disks}})), "db00 will be stopped and started again\n");
  }
  EXPECT_EQ(summary(pftest(2, {{"disks", {5}}})), "");
}

TEST_F(GroupResource, MembersAreChangedOrMadeAnewOneByOne) {
  auto state = applied(group_type, nullptr, pftest(1, {{"disks", {5}}}));
  const auto web = state["vms"]["web00"]["uuid"];
  const auto before = state["vms"]["db00"]["uuid"];
  state = applied(group_type, state, pftest(1, {{"disks", {5, 6}}, {"memory", 512}}));
  EXPECT_EQ(state["vms"]["db00"]["uuid"], before);
  EXPECT_EQ(state["vms"]["db00"]["memory"], 512);
  state = applied(group_type, state, pftest(1));
  EXPECT_NE(state["vms"]["db00"]["uuid"], before);
  EXPECT_EQ(state["vms"]["web00"]["uuid"], web);
  EXPECT_THAT(flaws(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(GroupResource, NoPausedMemberIsStopped) {
  const auto state = applied(group_type, nullptr, pftest(1, {{"memory", 512}}));
  const auto changed = pftest(1, {{"memory", 1024}});
  const auto planned = plan(group_type, state, changed).planned;
  world.domain("db00").state = VmState::paused;
  later();
  me.hypervisor.refresh_volumes();  // a look at a console does so
  const auto before = snapshot_of(world);
  const auto warned = plan(group_type, state, changed).diagnostics;
  EXPECT_EQ(errors_of(warned), "") << "a destroy makes such a plan, too";
  ASSERT_FALSE(warned.empty());
  EXPECT_THAT(warned.back().summary, HasSubstr("'db00' is paused"));
  EXPECT_THAT(errors_of(provider.apply(group_type, state, planned).diagnostics),
              HasSubstr("'db00' is paused"));
  EXPECT_EQ(snapshot_of(world), before);
}

TEST_F(GroupResource, DriftIsRepaired) {
  auto state = applied(group_type, nullptr, pftest(2));
  world.domain("web00").state = VmState::stopped;
  world.domain("web01").vm->complete = false;
  state = applied(group_type, state, pftest(2));
  EXPECT_THAT(flaws(world), IsEmpty());
  remove_everything(me.context());
  later();
  EXPECT_TRUE(provider.read(group_type, state).state.is_null());
  EXPECT_THAT(provider.apply(group_type, state, nullptr).diagnostics, IsEmpty());
}

TEST_F(GroupResource, WhatAKilledApplyLeftIsTakenOver) {
  const auto made = apply(group_type, nullptr, pftest(2)).state;
  killed();
  EXPECT_EQ(applied(group_type, nullptr, pftest(2))["vms"], made["vms"]);
  next_command();
  for (const auto& name : vm_names(world)) EXPECT_EQ(world.domain(name).vm->unconfirmed, "");
  EXPECT_THAT(errors_of(plan(group_type, nullptr, pftest(2)).diagnostics), HasSubstr("already"));
}

TEST_F(GroupResource, WhatSomethingElseMadeIsNeitherTakenNorRemoved) {
  instantiate_all(me.context(), request_for({described("web01"), described("web07")}));
  const auto refused = plan(group_type, nullptr, pftest(2)).diagnostics;
  EXPECT_THAT(errors_of(refused), HasSubstr("VM 'web01' already"));
  EXPECT_THAT(refused.front().detail, HasSubstr("`terraform import ADDRESS pftest`"));

  auto state = applied(group_type, nullptr, pftest(1));
  EXPECT_THAT(names(state), ElementsAre("db00", "web00"));
  const auto planned = plan(group_type, state, pftest(1, {{"memory", 512}}));
  EXPECT_THAT(summaries_of(planned.diagnostics), HasSubstr("did not make: web01 and web07"));
  EXPECT_EQ(refusal_of([&] { plan(group_type, state, pftest(2)); }).kind(), ErrorKind::conflict);
  state = applied(group_type, state, pftest(1, {{"memory", 512}}));
  EXPECT_EQ(errors_of(provider.apply(group_type, state, nullptr).diagnostics), "");
  EXPECT_THAT(vm_names(world), ElementsAre("web01", "web07"));
}

TEST_F(GroupResource, AVmAndAGroupCanNotDescribeOneVm) {
  const Value web{{"name", "web00"}, {"template", "debian12"}, {"group", "pftest"}, {"type", "web"}};
  provider.begin_walk();
  plan_beside(group_type, nullptr, pftest(1));
  EXPECT_THAT(errors_of(plan_beside("nocloud_vm", nullptr, web).diagnostics), HasSubstr("two resources"));
  const auto state = applied(group_type, nullptr, pftest(1));
  next_command();
  plan_beside(group_type, state, pftest(1));
  const auto imported = provider.import("nocloud_vm", "web00");
  EXPECT_THAT(refusal_of([&] { plan_beside("nocloud_vm", imported, web); }).message(),
              HasSubstr("another resource of this state"));
}

TEST_F(GroupResource, AMemberThatNobodyCanReadIsNotGone) {
  const auto state = applied(group_type, nullptr, pftest(2));
  world.rename("web00", "other");
  next_command();
  const auto told = HasSubstr("was renamed: it is the VM 'web00'");
  EXPECT_THAT(refusal_of([&] { provider.read(group_type, state); }).message(), told);
  EXPECT_THAT(errors_of(provider.apply(group_type, state, nullptr).diagnostics), told);
  EXPECT_THAT(vm_names(world), SizeIs(3)) << "none is removed";
  world.rename("other", "web00");
  world.domain("web01").unreadable = "'vsock' is unknown";
  next_command();
  EXPECT_THAT(refusal_of([&] { provider.read(group_type, state); }).message(), HasSubstr("can't be read"));
}

TEST_F(GroupResource, AGroupOfAnotherOwnerIsToldInThePlan) {
  instantiate_all(me.context(), request_for({described("web07")}));
  world.domain("web07").vm->owner = bob;
  EXPECT_THAT(errors_of(plan(group_type, nullptr, pftest(1)).diagnostics),
              HasSubstr("group 'pftest' belongs to bob@here"));
}

TEST_F(GroupResource, OnlyThoseInTheStateAreRemoved) {
  const auto state = applied(group_type, nullptr, pftest(1));
  remove_everything(me.context());
  instantiate_all(me.context(), request_for({described("web00")}));
  later();
  EXPECT_TRUE(provider.read(group_type, state).state.is_null());
  EXPECT_EQ(errors_of(provider.apply(group_type, state, nullptr).diagnostics), "");
  EXPECT_THAT(vm_names(world), ElementsAre("web00"));
}

TEST_F(GroupResource, AFailureOfOneIsTold) {
  me.hypervisor.fail_next("define_vm", Error(ErrorKind::failed, "no luck"));
  const auto done = apply(group_type, nullptr, pftest(2));
  EXPECT_THAT(errors_of(done.diagnostics), HasSubstr("no luck"));
  EXPECT_EQ(names(done.state).size(), 2U) << "the others are there, and in the state";
  applied(group_type, done.state, pftest(2));
}

TEST_F(GroupResource, ADescriptionFileServesAsWell) {
  const Value given{{"name", "pftest"}, {"description", "debian12:2:web:mem=512;name=web\n"}};
  EXPECT_THAT(names(applied(group_type, nullptr, given)), ElementsAre("web00", "web01"));
}

TEST_F(GroupResource, IsImportedByName) {
  applied(group_type, nullptr, pftest(2));
  const auto state = provider.import(group_type, "pftest");
  EXPECT_THAT(names(state), ElementsAre("db00", "web00", "web01"));
  EXPECT_EQ(plan(group_type, state, pftest(2)).planned["vms"], state["vms"])
      << "nothing has to be done to them";
  EXPECT_EQ(refusal_of([&] { provider.import(group_type, "nosuch"); }).kind(), ErrorKind::not_found);
}

TEST_F(GroupResource, WhatCanNotBeMeantIsRefusedBeforeThePlan) {
  EXPECT_EQ(problems({{"name", "pftest"}}), "lines or description has to say what VMs there are\n");
  auto both = pftest(1);
  both["description"] = "debian12:1:web";
  EXPECT_EQ(problems(both), "lines and description exclude each other\n");
  EXPECT_EQ(problems({{"name", "pftest"}, {"lines", Value::array()}}), "no VM is described\n");
  EXPECT_THAT(problems({{"name", "pftest"}, {"description", "debian12:0:web"}}).get<std::string>(),
              HasSubstr("description:1"));
  EXPECT_THAT(problems({{"name", "pftest"}, {"lines", {line({{"name", "Web"}})}}}).get<std::string>(),
              HasSubstr("lines[0]"));
  EXPECT_EQ(problems({{"name", unknown()}, {"lines", {line({{"count", unknown()}})}}}), "");
}

TEST_F(GroupResource, ATemplateIsThereOrMadeByTheSamePlan) {
  const auto state = applied(group_type, nullptr, pftest(1));
  const auto changed = pftest(1, {{"template", "to-be-made"}});
  for (const auto& prior : {Value(), state}) {
    EXPECT_THAT(errors_of(plan(group_type, prior, changed).diagnostics),
                HasSubstr("no template 'to-be-made'"));
  }
  provider.begin_walk();
  plan_beside("nocloud_template", nullptr, {{"name", "to-be-made"}, {"import", "disk.qcow2"}});
  const auto planned = plan_beside(group_type, state, changed);
  EXPECT_EQ(errors_of(planned.diagnostics), "");
  EXPECT_EQ(planned.planned["vms"], unknown());
}

}  // namespace
}  // namespace nocloud::test
