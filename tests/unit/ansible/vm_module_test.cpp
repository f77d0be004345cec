#include "ansible_collection/src/vm_module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/typed.hpp"
#include "unit/ansible/stage.hpp"

namespace nocloud::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

class VmModule : public testing::Test, protected Stage {
 protected:
  static ansible::Module vm() { return {ansible::vm_spec(), ansible::run_vm}; }
  ansible::ModuleResult foretold(const json& arguments) { return run_foretold(vm(), arguments); }
  Error refusal(const json& arguments) {
    return refusal_of([&] { run(vm(), arguments); });
  }
  static json web00(json more = json::object()) {
    more.update({{"name", "web00"}, {"template", "debian12"}, {"virt_type", "qemu"}});
    return more;
  }
};

TEST_F(VmModule, MakesAVmAndTellsAllOfIt) {
  const auto result = foretold(web00({{"group", "pftest"}, {"type", "web"}}));
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(result.facts["name"], "web00");
  EXPECT_EQ(result.facts["state"], "running");
  EXPECT_EQ(result.facts["mac"], "52:54:00:d0:5c:02");
  EXPECT_EQ(result.facts["port"], 22);
  EXPECT_EQ(result.facts["host"], result.facts["ip"]);
  EXPECT_EQ(result.diff->before, "state: absent\n");
  EXPECT_THAT(result.diff->after,
              HasSubstr("state: running\ngroup: pftest\ntype: web\ntemplate: debian12\n"));
  EXPECT_FALSE(foretold(web00({{"group", "pftest"}, {"type", "web"}})).changed);
}

TEST_F(VmModule, ACheckTellsWhatIsKnownOfAVmThatIsNotThere) {
  const auto result = check(vm(), web00());
  EXPECT_EQ(result.facts["mac"], "52:54:00:d0:5c:02");
  EXPECT_TRUE(result.facts["uuid"].is_null());
  EXPECT_TRUE(result.facts["host_key"].is_null());
  EXPECT_EQ(result.facts["state"], "running");
}

TEST_F(VmModule, WhatACheckForetellsIsDone) {
  const std::vector<std::pair<json, bool>> play{
      {web00({{"state", "absent"}}), false},
      {web00({{"state", "stopped"}}), true},
      {web00({{"state", "stopped"}}), false},
      {web00({{"state", "present"}}), false},
      {web00({{"state", "present"}, {"memory", "2G"}}), true},
      {web00({{"state", "present"}, {"memory", 2048}}), false},
      {web00(), true},
      {web00(), false},
      {web00({{"state", "present"}}), false},
      {web00({{"state", "restarted"}}), true},
      {web00({{"state", "restarted"}, {"cpus", "2"}}), true},
      {web00({{"cpus", 2}}), false},
      {web00({{"state", "stopped"}, {"disks", {5}}}), true},
      {web00({{"disks", "5,6"}, {"state", "started"}}), true},
      {web00({{"networks", "user"}, {"recreate", true}}), true},
      {web00({{"networks", "user"}, {"recreate", true}}), false},
      {web00({{"user_data", "#cloud-config\n"}, {"recreate", "yes"}}), true},
      {{{"name", "web00"}, {"state", "stopped"}}, true},
      {{{"name", "web00"}, {"state", "absent"}}, true},
      {{{"name", "web00"}, {"state", "absent"}}, false},
  };
  for (const auto& [arguments, changed] : play) {
    EXPECT_EQ(foretold(arguments).changed, changed) << arguments;
    EXPECT_THAT(strays(world), IsEmpty()) << arguments;
  }
  EXPECT_THAT(vm_names(world), IsEmpty());
}

TEST_F(VmModule, WhatWasRemovedBeforeAFailureCounts) {
  run(vm(), web00());
  me.hypervisor.fail_next("define_vm", {ErrorKind::failed, "libvirt says no"});
  const auto result = run(vm(), web00({{"networks", "user"}, {"recreate", true}}));
  EXPECT_THAT(result.error.value().message(), HasSubstr("libvirt says no"));
  EXPECT_TRUE(result.changed);
}

TEST_F(VmModule, AFailureIsForetoldToo) {
  run(vm(), web00());
  for (const auto& arguments : {web00({{"memory", "2G"}}), web00({{"networks", "user"}}),
                                web00({{"group", "other"}}), web00({{"disks", "x"}}), web00({{"cpus", -1}}),
                                json{{"name", "web01"}}, json{{"name", "web01"}, {"template", "none"}}}) {
    const auto error = refusal(arguments);
    EXPECT_EQ(refusal_of([&] { check(vm(), arguments); }).message(), error.message());
  }
}

TEST_F(VmModule, NamesTheArgumentThatIsWrong) {
  EXPECT_THAT(refusal({{"name", "Web"}}).message(), HasSubstr("name: 'Web'"));
  EXPECT_THAT(refusal(web00({{"memory", "1x"}})).message(), HasSubstr("memory: '1x'"));
  EXPECT_THAT(refusal(web00({{"cpus", -1}})).message(), HasSubstr("cpus: -1"));
  EXPECT_THAT(refusal(web00({{"disks", {"0"}}})).message(), HasSubstr("disks: "));
  EXPECT_THAT(refusal(web00({{"timeout", 100'000}})).message(), HasSubstr("timeout: "));
  EXPECT_THAT(refusal(web00({{"networks", "group=x"}})).message(), HasSubstr("networks: "));
}

TEST_F(VmModule, SettingsAreForNewVmsOnly) {
  const auto settings = typed({{"network", "user"}, {"virt-type", "qemu"}});
  run(vm(), {{"name", "web00"}, {"template", "debian12"}}, settings);
  EXPECT_EQ(world.domain("web00").vm->nics.front().network.str(), "user");
  const auto others = typed({{"network", "nat"}, {"virt-type", "kvm"}});
  EXPECT_FALSE(run(vm(), {{"name", "web00"}}, others).changed);
}

TEST_F(VmModule, AnOlderImageIsAWarning) {
  run(vm(), web00());
  world.domains.at("debian12.template").source->base = base_image('b');
  EXPECT_FALSE(foretold(web00()).changed);
  EXPECT_THAT(me.reporter.warnings(), testing::Contains("VM web00: it is on an older image of its template"));
}

TEST_F(VmModule, AFailedWaitNamesItsStage) {
  me.ssh.put_everywhere({.reached = SshStage::banner, .obstacle = "no key exchange"});
  const auto result = run(vm(), web00({{"timeout", 5}}));
  EXPECT_TRUE(result.changed);
  const auto& error = result.error.value();
  EXPECT_THAT(error.message(), HasSubstr("no key exchange"));
  EXPECT_THAT(error.message(), HasSubstr("console"));
  EXPECT_THAT(vm_names(world), testing::ElementsAre("web00")) << "it is kept for a look";
}

TEST_F(VmModule, NothingThatItTellsIsAFileOrSecret) {
  const auto result = run(vm(), web00({{"user_data", "#cloud-config\npassword: swordfish\n"}}));
  const auto text = result.facts.dump() + result.diff->before + result.diff->after;
  EXPECT_EQ(text.find("swordfish"), std::string::npos);
  EXPECT_EQ(text.find(home.path().string()), std::string::npos);
}

TEST_F(VmModule, AnotherOwnersVmIsNeverTouched) {
  auto other = another(bob);
  instantiate_all(other.context(), request_for({described("web00")}));
  const auto uuid = world.domain("web00").uuid;
  for (const auto* state : {"absent", "present", "started", "stopped", "restarted"}) {
    for (const auto& more : {json::object(), json{{"recreate", true}, {"networks", "user"}},
                             json{{"group", "pftest"}, {"memory", 4096}}}) {
      auto given = web00(more);
      given["state"] = state;
      EXPECT_THAT(refusal(given).message(), HasSubstr("bob@here")) << given;
    }
  }
  EXPECT_EQ(world.domain("web00").uuid, uuid);
  EXPECT_EQ(world.domain("web00").state, VmState::running);
}

TEST_F(VmModule, ACheckEndsAsTheTaskWouldWhereAVmIsPaused) {
  run(vm(), web00());
  world.domain("web00").state = VmState::paused;
  const auto refused = run_foretold(vm(), web00());
  ASSERT_TRUE(refused.error);
  EXPECT_THAT(refused.error->hint(), HasSubstr("virsh resume web00"));
  EXPECT_FALSE(run_foretold(vm(), web00({{"state", "present"}})).error);
  EXPECT_FALSE(run_foretold(vm(), web00({{"state", "restarted"}})).error);
}

TEST_F(VmModule, WhatIsLostIsTold) {
  run(vm(), web00());
  const auto uuid = world.domain("web00").uuid;
  run(vm(), web00({{"state", "restarted"}, {"memory", 4096}}));
  EXPECT_EQ(world.domain("web00").uuid, uuid);
  EXPECT_THAT(me.reporter.warnings(), IsEmpty()) << "it is taken as it is";
  check(vm(), web00({{"networks", "user"}, {"recreate", true}}));
  EXPECT_THAT(me.reporter.warnings(), testing::ElementsAre(HasSubstr("web00 is made anew")));
}

}  // namespace
}  // namespace nocloud::test
