#include "ansible_collection/src/group_module.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ansible_collection/src/vm_info_module.hpp"
#include "unit/ansible/stage.hpp"

namespace nocloud::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GroupModule : public testing::Test, protected Stage {
 protected:
  static ansible::Module group() { return {ansible::group_spec(), ansible::run_group}; }
  static ansible::Module vm_info() { return {ansible::vm_info_spec(), ansible::run_vm_info}; }
  ansible::ModuleResult foretold(const json& arguments) { return run_foretold(group(), arguments); }
  Error refusal(const json& arguments) {
    return refusal_of([&] { run(group(), arguments); });
  }
  static json pftest(unsigned webs, json more = json::object()) {
    more.update({{"name", "pftest"},
                 {"virt_type", "qemu"},
                 {"description",
                  {{{"template", "debian12"}, {"count", webs}, {"type", "web"}, {"name", "web"}},
                   {{"template", "debian12"}, {"type", "sql"}, {"name", "sql"}, {"disks", {5}}}}}});
    return more;
  }
  std::vector<std::string> names(const json& facts) const {
    std::vector<std::string> found;
    for (const auto& vm : facts["vms"]) found.push_back(vm["name"]);
    return found;
  }
};

TEST_F(GroupModule, WhatACheckForetellsIsDone) {
  const std::vector<std::pair<json, bool>> play{
      {pftest(2), true},
      {pftest(2), false},
      {pftest(3), true},
      {pftest(1), false},
      {pftest(1, {{"prune", true}}), true},
      {pftest(1, {{"prune", true}}), false},
      {{{"name", "pftest"}, {"state", "absent"}}, true},
      {{{"name", "pftest"}, {"state", "absent"}}, false},
  };
  for (const auto& [arguments, changed] : play) {
    EXPECT_EQ(foretold(arguments).changed, changed) << arguments;
    EXPECT_THAT(flaws(world), IsEmpty());
    EXPECT_THAT(strays(world), IsEmpty());
  }
}

TEST_F(GroupModule, ACheckEndsAsTheTaskWouldWhereAVmIsPaused) {
  run(group(), pftest(2));
  world.domain("web01").state = VmState::paused;
  EXPECT_THAT(foretold(pftest(2)).error.value().message(), HasSubstr("VM 'web01' is paused"));
}

TEST_F(GroupModule, TellsTheVmsAlsoAfterAFailure) {
  run(group(), pftest(2));
  me.hypervisor.fail_next("define_vm", {ErrorKind::failed, "libvirt says no"});
  const auto result = run(group(), pftest(2, {{"networks", "user"}, {"recreate", true}}));
  EXPECT_THAT(result.error.value().message(), HasSubstr("libvirt says no"));
  EXPECT_TRUE(result.changed);
  EXPECT_EQ(names(result.facts).size(), 2U) << "only one was removed";
}

TEST_F(GroupModule, TellsTheVmsOfTheGroup) {
  const auto expected = ElementsAre("sql00", "web00", "web01");
  EXPECT_THAT(names(check(group(), pftest(2)).facts), expected);
  const auto result = run(group(), pftest(2));
  EXPECT_THAT(names(result.facts), expected);
  EXPECT_EQ(result.facts["vms"][0]["type"], "sql");
  EXPECT_EQ(result.facts["vms"][0]["disks_gib"], json({5}));
  EXPECT_THAT(result.diff->after, HasSubstr("sql00:\n  state: running\n  group: pftest\n"));
  EXPECT_THAT(names(run(vm_info(), {{"group", "pftest"}, {"type", "web"}}).facts),
              ElementsAre("web00", "web01"));
  EXPECT_THAT(names(run(vm_info(), {{"names", "sql00,db00"}}).facts), ElementsAre("sql00"));
  world.domain("web00").state = VmState::stopped;
  EXPECT_THAT(names(run(vm_info(), {{"state", "running"}}).facts), ElementsAre("sql00", "web01"));
  EXPECT_THAT(names(run(vm_info(), {{"owner", "bob"}}).facts), IsEmpty());
}

TEST_F(GroupModule, RepairsWhatWasBrokenBehindItsBack) {
  run(group(), pftest(2));
  world.domain("web00").state = VmState::stopped;
  EXPECT_TRUE(foretold(pftest(2)).changed);
  EXPECT_EQ(world.domain("web00").state, VmState::running);
}

TEST_F(GroupModule, ReadsADescriptionFile) {
  const auto file = home.path() / "pftest";
  write_file(file, "debian12:2:web:name=web\n", 0600);
  EXPECT_TRUE(foretold({{"file", file.string()}, {"virt_type", "qemu"}}).changed);
  EXPECT_THAT(vm_names(world), ElementsAre("web00", "web01"));
  EXPECT_EQ(world.domain("web00").vm->group.str(), "pftest");
  EXPECT_FALSE(foretold({{"file", file.string()}, {"name", "pftest"}}).changed);
  write_file(file, "debian12:x:web\n", 0600);
  EXPECT_THAT(refusal({{"file", file.string()}}).message(), HasSubstr("pftest:1:10: "));
}

TEST_F(GroupModule, RefusesWhatSaysTooLittleOrTooMuch) {
  EXPECT_THAT(refusal(json::object()).message(), HasSubstr("one of the following is required: name, file"));
  EXPECT_THAT(refusal({{"name", "pftest"}}).message(),
              HasSubstr("state is present but any of the following are missing: description, file"));
  auto both = pftest(1);
  both["file"] = "x";
  EXPECT_THAT(refusal(both).message(), HasSubstr("mutually exclusive: description|file"));
  auto wrong = pftest(1);
  wrong["description"][1]["count"] = 0;
  EXPECT_THAT(refusal(wrong).message(), HasSubstr("description[1]: count: "));
}

TEST_F(GroupModule, ACheckForetellsAFailure) {
  run(group(), pftest(1));
  auto larger = pftest(1);
  larger["description"][0]["memory"] = "2G";
  const auto error = refusal(larger);
  EXPECT_THAT(error.message(), HasSubstr("VM web00: memory in MB is 1024, not 2048"));
  EXPECT_EQ(refusal_of([&] { check(group(), larger); }).message(), error.message());
}

TEST_F(GroupModule, OneVmThatFailsIsNamedAndTheOthersAreTold) {
  me.hypervisor.fail_next("define_vm", {ErrorKind::failed, "libvirt says no"});
  const auto result = run(group(), pftest(2));
  ASSERT_TRUE(result.error);
  EXPECT_THAT(result.error->message(), HasSubstr("says no"));
  EXPECT_EQ(result.facts["vms"].size(), 2U);
}

TEST_F(GroupModule, AnotherOwnersGroupIsNeverTouched) {
  auto other = another(bob);
  instantiate_all(other.context(), request_for({described("web07")}));
  for (const auto& more : {json{{"prune", true}}, json{{"recreate", true}}, json::object()}) {
    EXPECT_THAT(refusal_of([&] { run(group(), pftest(1, more)); }).message(), HasSubstr("bob@here"));
  }
  EXPECT_FALSE(run(group(), {{"name", "pftest"}, {"state", "absent"}}).changed);
  EXPECT_THAT(vm_names(world), testing::ElementsAre("web07"));
}

TEST_F(GroupModule, WhatIsLostIsTold) {
  instantiate_all(me.context(), request_for({described("web07")}));
  run(group(), pftest(1));
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
  check(group(), pftest(1, {{"prune", true}}));
  EXPECT_THAT(me.reporter.warnings(), testing::ElementsAre(HasSubstr("web07 is removed")));
}

}  // namespace
}  // namespace nocloud::test
