#include "nocloud/ops/survey/roster.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class RosterTest : public testing::Test, protected Scene {
 protected:
  void make(std::vector<DescribedVm> vms) { instantiate_all(me.context(), request_for(std::move(vms))); }
  /// What a process says that starts now.
  std::vector<Member> told() {
    auto process = another();
    auto members = roster(process.context());
    summaries_ = process.hypervisor.count_of("vm_summaries");
    singles_ = process.hypervisor.count_of("find_vm");
    return members;
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& member : told()) names.push_back(member.name.str());
    return names;
  }
  static Member member(std::string_view name) {
    return {.name = VmName::parse(name), .group = GroupName::parse("pftest"), .owner = eva};
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(me.context().runtime_folder))
      files.push_back(entry.path());
    return files;
  }

  std::size_t summaries_ = 0;
  std::size_t singles_ = 0;
};

TEST_F(RosterTest, TellsOfAllVmsAndNothingElse) {
  make(webs(2));
  world.domain("web01").vm->owner = bob;
  world.domain("web00").vm->complete = false;
  world.domains["others"] = {.uuid = "other"};
  auto of_bob = member("web01");
  of_bob.owner = bob;
  EXPECT_THAT(told(), ElementsAre(member("web00"), of_bob));
  EXPECT_THAT(told(), ElementsAre(member("web00"), of_bob));
}

TEST_F(RosterTest, AsksOnlyForThoseItHasNotMet) {
  make(webs(20));
  for (int i = 0; i < 20; ++i) world.domains[fmt::format("others{}", i)] = {.uuid = fmt::format("{}", i)};
  EXPECT_EQ(told().size(), 20U);
  EXPECT_EQ(summaries_, 1U);
  EXPECT_EQ(singles_, 20U);
  EXPECT_EQ(told().size(), 20U);
  EXPECT_EQ(summaries_ + singles_, 0U);
  make({described("db00")});
  EXPECT_EQ(told().size(), 21U);
  EXPECT_EQ(summaries_, 0U);
  EXPECT_EQ(singles_, 1U);
}

TEST_F(RosterTest, ForgetsWhoIsGone) {
  make(webs(2));
  EXPECT_THAT(names(), ElementsAre("web00", "web01"));
  world.domains.erase("web00");
  EXPECT_THAT(names(), ElementsAre("web01"));
  // Another VM of the same name.
  world.domain("web01").uuid = "another";
  world.domain("web01").vm->group = GroupName::parse("staging");
  EXPECT_EQ(told().at(0).group, GroupName::parse("staging"));
  // And one that somebody gave another name.
  auto renamed = world.domains.extract("web01");
  renamed.key() = "db00";
  renamed.mapped().vm->name = VmName::parse("db00");
  world.domains.insert(std::move(renamed));
  EXPECT_THAT(names(), ElementsAre("db00"));
}

TEST_F(RosterTest, TakesNoHostForAnother) {
  make(webs(1));
  EXPECT_THAT(names(), ElementsAre("web00"));
  world.place.uri = "qemu+ssh://elsewhere/system";
  EXPECT_THAT(names(), ElementsAre("web00"));
  EXPECT_EQ(singles_, 1U);
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(RosterTest, BelievesOnlyWhatItWrote) {
  make(webs(1));
  told();
  const auto file = files().at(0);
  const auto written = read_file(file, 65536);
  const std::string entry = R"({"00000000-0000-4000-8000-000000000001":)";
  for (const auto& content : {std::string(), std::string("[]"), std::string("{"), std::string("\xff\0", 2),
                              std::string(100'000, '['), entry + "1}",
                              entry + R"({"name":"a b; id", "group" : "g", "user" : "u", "host" : "h"}
})",
                              entry + R"({"name":"web00","group":"..","user":"u","host":"h"}})",
                              entry + R"({"name":"web00","group":"g","user":1,"host":"h"}})"}) {
    write_file(file, content, 0600);
    EXPECT_THAT(told(), ElementsAre(member("web00"))) << content.substr(0, 100);
    EXPECT_EQ(read_file(file, 65536), written) << content.substr(0, 100);
  }
}

TEST_F(RosterTest, PassesOverARecordThatCannotBeReadAndLooksAgain) {
  make(webs(2));
  me.hypervisor.fail_next("find_vm", Error(ErrorKind::invalid_input, "it has no <owner>"));
  EXPECT_THAT(roster(me.context()), ElementsAre(member("web01")));
  EXPECT_THAT(roster(me.context()), ElementsAre(member("web00"), member("web01")));
}

TEST_F(RosterTest, TellsNothingWhenTheHostIsLost) {
  make(webs(1));
  me.hypervisor.fail_next("find_vm", Error(ErrorKind::unavailable, "lost"));
  EXPECT_EQ(refusal_of([&] { roster(me.context()); }).kind(), ErrorKind::unavailable);
  EXPECT_THAT(names(), ElementsAre("web00"));
}

TEST_F(RosterTest, DoesWithoutAPlaceToWrite) {
  make(webs(1));
  write_file(me.context().runtime_folder, "no folder", 0600);
  EXPECT_THAT(names(), ElementsAre("web00"));
  EXPECT_THAT(names(), ElementsAre("web00"));
}

TEST_F(RosterTest, LeavesNothingOfThoseWhoAreGone) {
  make(webs(1));
  told();
  EXPECT_EQ(files().size(), 1U);
  world.domains.erase("web00");
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_THAT(files(), IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
