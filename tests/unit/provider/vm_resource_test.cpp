#include "terraform_shim/provider/resources/vm_resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/vm/stop.hpp"
#include "unit/provider/stage.hpp"

namespace nocloud::test {
namespace {

using terraform::has_errors;
using terraform::unknown;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string vm_type = "nocloud_vm";

class VmResource : public testing::Test, protected Stage {
 protected:
  static Value web00(const Value& more = Value::object()) {
    Value given{{"name", "web00"}, {"template", "debian12"}};
    given.update(more);
    return given;
  }
  std::vector<std::string> replacing(const Value& state, const Value& given) {
    return replaced_by(plan(vm_type, state, given));
  }
};

TEST_F(VmResource, MakesAVmAndTellsAllOfIt) {
  const auto state = applied(vm_type, nullptr, web00({{"memory", 512}, {"disks", {5}}}));
  EXPECT_EQ(state["id"], "web00");
  EXPECT_EQ(state["group"], "group");
  EXPECT_EQ(state["type"], "default");
  EXPECT_EQ(state["state"], "running");
  EXPECT_EQ(state["memory"], 512);
  EXPECT_EQ(state["cpus"], 1);
  EXPECT_EQ(state["disks"], Value::array({5}));
  EXPECT_EQ(state["networks"], Value::array({"nat"}));
  EXPECT_EQ(state["virt_type"], "qemu");
  EXPECT_EQ(state["mac"], "52:54:00:d0:5c:02");
  EXPECT_EQ(state["host"], state["ip"]);
  EXPECT_EQ(state["port"], 22);
  EXPECT_THAT(state["ssh_args"].get<std::string>(),
              testing::AllOf(testing::StartsWith("-F none "), HasSubstr("StrictHostKeyChecking=yes"),
                             HasSubstr("-p 22 -l debian 10.")));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(VmResource, IsChangedInPlaceWhereThatIsPossible) {
  auto state = applied(vm_type, nullptr, web00());
  const auto uuid = state["uuid"];
  const auto planned = plan(vm_type, state, web00({{"memory", 2048}}));
  EXPECT_THAT(planned.replaced, IsEmpty());
  EXPECT_EQ(planned.planned["ip"], state["ip"]) << "it is known before and after";
  EXPECT_THAT(summaries_of(planned.diagnostics), HasSubstr("VM web00 will be stopped and started again"));
  for (const auto& given :
       {web00({{"memory", 2048}}), web00({{"memory", 2048}, {"cpus", 2}}), web00({{"disks", {5}}}),
        web00({{"disks", {5, 6}}, {"type", "web"}}), web00({{"disks", {5, 7}}})}) {
    state = applied(vm_type, state, given);
    EXPECT_EQ(state["uuid"], uuid);
    EXPECT_THAT(strays(world), IsEmpty());
  }
  EXPECT_EQ(world.domain("web00").vm->memory.mib(), 2048U) << "who says nothing any more wants no other";
  EXPECT_EQ(world.domain("web00").vm->disks, (std::vector{DiskSize::of_gib(5), DiskSize::of_gib(7)}));
}

TEST_F(VmResource, IsReplacedWhereThereIsNoOtherWay) {
  const auto state = applied(vm_type, nullptr, web00({{"disks", {5, 6}}}));
  const auto changed = [&](const Value& more) {
    auto given = web00({{"disks", {5, 6}}});
    given.update(more);
    return replacing(state, given);
  };
  EXPECT_THAT(changed({{"name", "web01"}}), ElementsAre("name"));
  EXPECT_THAT(changed({{"template", "other"}}), ElementsAre("template"));
  EXPECT_THAT(changed({{"group", "other"}}), ElementsAre("group"));
  EXPECT_THAT(changed({{"networks", Value::array({"user"})}}), ElementsAre("networks"));
  EXPECT_THAT(changed({{"virt_type", "kvm"}}), ElementsAre("virt_type"));
  EXPECT_THAT(changed({{"user_data", "#cloud-config\n"}}), ElementsAre("user_data_sha256"));
  EXPECT_THAT(changed({{"user_data", unknown()}}), ElementsAre("user_data_sha256"));
  for (const auto& disks : {Value::array({5}), Value::array({6, 5}), Value::array({4, 6})}) {
    EXPECT_THAT(changed({{"disks", disks}}), ElementsAre("disks")) << disks;
  }
  EXPECT_THAT(changed({{"wait_for", "none"}, {"timeout", 5}, {"memory", unknown()}, {"type", "x"}}),
              IsEmpty());
}

TEST_F(VmResource, OneThatIsPausedIsLeftToWhoPausedIt) {
  const auto running = applied(vm_type, nullptr, web00());
  world.domain("web00").state = VmState::paused;
  later();
  const auto state = provider.read(vm_type, running).state;
  me.hypervisor.refresh_volumes();  // a look at a console does so
  const auto before = snapshot_of(world);
  for (const auto& given : {web00(), web00({{"memory", 2048}})}) {
    const auto warned = plan(vm_type, state, given).diagnostics;
    EXPECT_EQ(errors_of(warned), "") << "a destroy makes such a plan, too";
    ASSERT_EQ(warned.size(), 1U);
    EXPECT_THAT(warned[0].summary, HasSubstr("VM 'web00' is paused"));
    // It was paused between plan and apply.
    const auto planned = plan(vm_type, running, given).planned;
    EXPECT_THAT(errors_of(provider.apply(vm_type, running, planned).diagnostics), HasSubstr("is paused"));
    EXPECT_EQ(snapshot_of(world), before);
  }
  EXPECT_EQ(errors_of(plan(vm_type, state, web00({{"networks", {"user"}}})).diagnostics), "")
      << "what is replaced gives its memory up anyway";
}

TEST_F(VmResource, AReplacedOneKeepsItsIdentity) {
  const auto before = applied(vm_type, nullptr, web00());
  const auto after = applied(vm_type, before, web00({{"user_data", "#cloud-config\n"}}));
  EXPECT_NE(after["uuid"], before["uuid"]);
  for (const auto* same : {"mac", "ip", "host_key"}) EXPECT_EQ(after[same], before[same]);
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(VmResource, DriftIsSeenAndRepaired) {
  auto state = applied(vm_type, nullptr, web00({{"memory", 512}}));
  world.domain("web00").state = VmState::stopped;
  state = applied(vm_type, state, web00({{"memory", 512}}));
  EXPECT_EQ(world.domain("web00").state, VmState::running);

  world.domain("web00").vm->memory = Memory::of_mib(1024);
  state = applied(vm_type, state, web00({{"memory", 512}}));
  EXPECT_EQ(world.domain("web00").vm->memory.mib(), 512U);

  world.domain("web00").vm->user_data_sha256 = std::string(64, 'a');
  EXPECT_THAT(
      (later(), replacing(provider.read(vm_type, state).state, web00({{"user_data", "#cloud-config\n"}}))),
      ElementsAre("user_data_sha256"));

  remove_everything(me.context());
  later();
  EXPECT_TRUE(provider.read(vm_type, state).state.is_null());
  applied(vm_type, state, web00({{"memory", 512}}));
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(VmResource, ADrawnOutRestartMayMoveItOnUserModeNetworks) {
  const auto given = web00({{"networks", Value::array({"user"})}});
  const auto state = applied(vm_type, nullptr, given);
  auto more = given;
  more["cpus"] = 2;
  EXPECT_EQ(plan(vm_type, state, more).planned["port"], unknown());
  applied(vm_type, state, more);
}

TEST_F(VmResource, TheUsersSpellingOfANetworkIsKept) {
  EXPECT_EQ(applied(vm_type, nullptr, web00({{"networks", Value::array({"nat=nocloud"})}}))["networks"],
            Value::array({"nat=nocloud"}));
}

TEST_F(VmResource, OneThatDoesNotAnswerIsTaintedNotLost) {
  me.ssh.put_everywhere({.reached = SshStage::banner, .obstacle = "no key exchange"});
  const auto done = apply(vm_type, nullptr, web00({{"timeout", 5}}));
  EXPECT_THAT(errors_of(done.diagnostics), HasSubstr("no key exchange"));
  ASSERT_TRUE(done.state.is_object());
  EXPECT_EQ(done.state["state"], "running");
  EXPECT_TRUE(provider.apply(vm_type, done.state, nullptr).state.is_null());
  EXPECT_THAT(vm_names(world), IsEmpty());
}

TEST_F(VmResource, OneThatCouldNotBeMadeIsGone) {
  for (const auto* call : {"define_vm", "create_overlay", "complete_vm", "start_vm"}) {
    me.hypervisor.fail_next(call, Error(ErrorKind::failed, "no luck"));
    const auto done = apply(vm_type, nullptr, web00());
    EXPECT_THAT(errors_of(done.diagnostics), HasSubstr("no luck"));
    EXPECT_TRUE(done.state.is_null()) << call;
    EXPECT_THAT(vm_names(world), IsEmpty());
    EXPECT_THAT(strays(world), IsEmpty());
  }
}

TEST_F(VmResource, AFailedChangeTellsWhatThereIs) {
  const auto state = applied(vm_type, nullptr, web00());
  me.hypervisor.fail_next("start_vm", Error(ErrorKind::failed, "no luck"));
  const auto done = apply(vm_type, state, web00({{"cpus", 2}}));
  EXPECT_TRUE(has_errors(done.diagnostics));
  EXPECT_EQ(done.state["cpus"], 2);
  EXPECT_EQ(done.state["state"], "stopped");
  applied(vm_type, done.state, web00({{"cpus", 2}}));
}

TEST_F(VmResource, WhatAKilledDestroyLeftIsStillThereToBeDestroyed) {
  const auto state = applied(vm_type, nullptr, web00());
  world.domain("web00").vm->complete = false;
  later();
  const auto found = provider.read(vm_type, state).state;
  EXPECT_EQ(found["state"], "incomplete");
  EXPECT_THAT(replacing(found, web00()), ElementsAre("state"));
  EXPECT_TRUE(provider.apply(vm_type, found, nullptr).state.is_null());
  EXPECT_THAT(vm_names(world), IsEmpty());
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(VmResource, AnothersVmIsLeftAlone) {
  const auto state = applied(vm_type, nullptr, web00());
  remove_everything(me.context());
  auto other = another(bob);
  instantiate_all(other.context(), request_for({described("web00")}));
  later();
  EXPECT_TRUE(provider.read(vm_type, state).state.is_null());
  EXPECT_THAT(errors_of(provider.apply(vm_type, state, nullptr).diagnostics), "");
  EXPECT_THAT(vm_names(world), ElementsAre("web00"));
  EXPECT_THAT(errors_of(apply(vm_type, nullptr, web00()).diagnostics), HasSubstr("bob@here"));
}

TEST_F(VmResource, ADestroyOfWhatIsGoneSucceeds) {
  const auto state = applied(vm_type, nullptr, web00());
  remove_everything(me.context());
  const auto done = provider.apply(vm_type, state, nullptr);
  EXPECT_THAT(done.diagnostics, IsEmpty());
  EXPECT_TRUE(done.state.is_null());
}

TEST_F(VmResource, IsImportedByName) {
  auto request = request_for({described("web00")});
  request.user_data = "#cloud-config\n";
  instantiate_all(me.context(), request);
  const auto state = provider.import(vm_type, "web00");
  EXPECT_EQ(provider.read(vm_type, state).state, state);
  const auto given = web00({{"group", "pftest"}, {"type", "web"}});
  EXPECT_EQ(plan(vm_type, state, given).planned, state);
  auto with_data = given;
  with_data["user_data"] = "#cloud-config\n";
  EXPECT_THAT(replacing(state, with_data), IsEmpty()) << "it was made with just that";
  EXPECT_EQ(refusal_of([&] { provider.import(vm_type, "nosuch"); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(refusal_of([&] { provider.import(vm_type, "no such"); }).kind(), ErrorKind::invalid_input);
}

TEST_F(VmResource, WhatIsNotKnownYetIsPlannedSo) {
  const auto planned = plan(vm_type, nullptr, web00({{"name", unknown()}, {"user_data", unknown()}})).planned;
  for (const auto* attribute : {"name", "id", "user_data", "user_data_sha256", "memory", "ip"}) {
    EXPECT_EQ(planned[attribute], unknown()) << attribute;
  }
  EXPECT_EQ(planned["state"], "running");
}

TEST_F(VmResource, NoMessageTellsASecret) {
  const auto given = web00({{"template", "none"}, {"user_data", "#cloud-config\npassword: swordfish\n"}});
  const auto done = apply(vm_type, nullptr, given);
  EXPECT_TRUE(has_errors(done.diagnostics));
  EXPECT_EQ(summaries_of(done.diagnostics).find("swordfish"), std::string::npos);
}

}  // namespace
}  // namespace nocloud::test
