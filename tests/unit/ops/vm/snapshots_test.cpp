#include "nocloud/ops/vm/snapshots.hpp"

#include <chrono>
#include <ctime>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/vm/start_vm.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SnapshotName snapshot_name(std::string_view name) {
  return SnapshotName::parse(name);
}

class Snapshots : public testing::Test, protected Scene {
 protected:
  void SetUp() override { instantiate_all(me.context(), request_for(webs(1))); }

  SnapshotName take(const std::optional<SnapshotName>& name = std::nullopt) {
    return take_snapshot(me.context(), web00, name);
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& snapshot : list_snapshots(me.context(), web00)) found.push_back(snapshot.name);
    return found;
  }
  FakeWorld::Domain& vm() { return world.domain("web00"); }

  const SnapshotSubject web00{.vm = VmName::parse("web00")};
};

TEST_F(Snapshots, GetTheFirstFreeName) {
  EXPECT_EQ(take(), snapshot_name("snap1"));
  EXPECT_EQ(take(snapshot_name("clean")), snapshot_name("clean"));
  EXPECT_EQ(take(), snapshot_name("snap2"));
  delete_snapshot(me.context(), web00, "snap1");
  EXPECT_EQ(take(), snapshot_name("snap1"));
  EXPECT_THAT(names(), ElementsAre("clean", "snap2", "snap1"));
}

TEST_F(Snapshots, TheNewestIsWhereOneGoesBack) {
  take(snapshot_name("up"));
  vm().state = VmState::stopped;
  take(snapshot_name("down"));
  EXPECT_EQ(revert(me.context(), web00, "up"), "up");
  EXPECT_EQ(vm().state, VmState::running);
  EXPECT_EQ(revert(me.context(), web00, std::nullopt), "down");
  EXPECT_EQ(vm().state, VmState::stopped);
}

TEST_F(Snapshots, TheNewestMayBeAnotherPrograms) {
  take();
  const std::string theirs = "1764535200";  // as `virsh snapshot-create` names it
  vm().snapshots.push_back({.snapshot = {.name = theirs}, .vm = *vm().vm, .state = VmState::stopped});
  EXPECT_THAT(names(), ElementsAre("snap1", theirs));
  EXPECT_EQ(revert(me.context(), web00, std::nullopt), theirs);
  EXPECT_EQ(vm().state, VmState::stopped);
}

TEST_F(Snapshots, AVmThatGoesOnHasItsNetwork) {
  take();
  vm().state = VmState::stopped;
  ASSERT_EQ(world.networks.size(), 1U);
  auto& network = world.networks.begin()->second.network;
  network.active = false;
  revert(me.context(), web00, std::nullopt);
  EXPECT_TRUE(network.active);
}

TEST_F(Snapshots, AVmThatStaysDownNeedsNoNetwork) {
  vm().state = VmState::stopped;
  take();
  ASSERT_EQ(world.networks.size(), 1U);
  auto& network = world.networks.begin()->second.network;
  network.active = false;
  revert(me.context(), web00, std::nullopt);
  EXPECT_FALSE(network.active);
}

TEST_F(Snapshots, AVmThatGoesOnHasTheRightTime) {
  take();
  vm().clock.reset();
  const auto before = std::chrono::system_clock::now();
  revert(me.context(), web00, std::nullopt);
  ASSERT_TRUE(vm().clock);
  EXPECT_GE(*vm().clock, before);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre());
}

TEST_F(Snapshots, AVmWithoutAnAgentGetsTheTimeOverSsh) {
  take();
  world.agents_answer = false;
  std::string command;
  me.ssh.put_everywhere({.on_command = [&](std::string_view text, const CommandSinks& sinks) {
    command = text;
    sinks.output(fmt::format("{}\n", std::time(nullptr)));
    return 0;
  }});
  const auto before = std::chrono::system_clock::now();
  revert(me.context(), web00, std::nullopt);
  const std::string date = "date -s @";
  ASSERT_THAT(command, HasSubstr(date));
  const std::chrono::seconds told(std::stoll(command.substr(command.find(date) + date.size())));
  EXPECT_GE(told, std::chrono::floor<std::chrono::seconds>(before.time_since_epoch()));
  EXPECT_THAT(me.reporter.warnings(), ElementsAre());
}

TEST_F(Snapshots, ASlowLoginLeavesNoClockBehind) {
  take();
  world.agents_answer = false;
  std::vector<std::string> commands;
  std::int64_t behind = 80;
  me.ssh.put_everywhere({.on_command = [&](std::string_view text, const CommandSinks& sinks) {
    commands.emplace_back(text);
    sinks.output(fmt::format("{}\n", std::time(nullptr) - behind));
    behind = 0;
    return 0;
  }});
  revert(me.context(), web00, std::nullopt);
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_THAT(commands[1], testing::ContainsRegex("date -s @.*date .%s. . (80|81) "));
  EXPECT_THAT(me.reporter.warnings(), ElementsAre());
}

TEST_F(Snapshots, AClockThatStaysBehindIsAWarning) {
  take();
  world.agents_answer = false;
  me.ssh.put_everywhere({.on_command = [](std::string_view, const CommandSinks& sinks) {
    sinks.output(fmt::format("{}\n", std::time(nullptr) - 80));
    return 0;
  }});
  revert(me.context(), web00, std::nullopt);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("seconds behind")));
}

TEST_F(Snapshots, AGuestThatNeverEndsItsErrorIsCitedInShort) {
  take();
  world.agents_answer = false;
  me.ssh.put_everywhere({.on_command = [](std::string_view, const CommandSinks& sinks) {
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 100; ++i) sinks.errors(piece);
    return 1;
  }});
  revert(me.context(), web00, std::nullopt);
  ASSERT_EQ(me.reporter.warnings().size(), 1U);
  EXPECT_LT(me.reporter.warnings().front().size(), 4096U);
}

TEST_F(Snapshots, AClockThatCannotBeSetIsAWarning) {
  take();
  world.agents_answer = false;
  me.ssh.put_everywhere({.on_command = [](std::string_view, const CommandSinks& sinks) {
    sinks.errors("sudo: a password is required\n");
    return 1;
  }});
  revert(me.context(), web00, std::nullopt);
  me.ssh.put_everywhere({.reached = SshStage::silent, .obstacle = "connection refused"});
  revert(me.context(), web00, std::nullopt);
  EXPECT_THAT(me.reporter.warnings(),
              ElementsAre(testing::EndsWith("a password is required"), HasSubstr("connection refused")));
}

TEST_F(Snapshots, AnInterruptedClockIsNoWarning) {
  take();
  world.agents_answer = false;
  EXPECT_EQ(refusal_of([&] { revert(me.interrupted(), web00, std::nullopt); }).kind(),
            ErrorKind::interrupted);
  EXPECT_THAT(me.reporter.warnings(), ElementsAre());
}

TEST_F(Snapshots, AVmThatIsDownHasNoClock) {
  vm().state = VmState::stopped;
  take();
  revert(me.context(), web00, std::nullopt);
  EXPECT_EQ(me.hypervisor.count_of("set_clock"), 0U);
}

TEST_F(Snapshots, AStartFromSavedMemorySetsTheClock) {
  vm().state = VmState::stopped;
  start_vm(me.context(), web00.vm, StartMode::running);
  EXPECT_FALSE(vm().clock) << "a guest that boots reads the host's";
  vm().state = VmState::stopped;
  vm().memory_saved = true;
  start_vm(me.context(), web00.vm, StartMode::running);
  EXPECT_TRUE(vm().clock);
}

TEST_F(Snapshots, SayWhatIsMissing) {
  const auto none = refusal_of([&] { revert(me.context(), web00, std::nullopt); });
  EXPECT_EQ(none.kind(), ErrorKind::not_found);
  EXPECT_THAT(none.hint(), HasSubstr("vmsnap web00 -l"));
  const auto unknown = refusal_of([&] { delete_snapshot(me.context(), web00, "x"); });
  EXPECT_EQ(unknown.kind(), ErrorKind::not_found);
  EXPECT_THAT(unknown.message(), HasSubstr("'x'"));
}

TEST_F(Snapshots, AreTheOwners) {
  take();
  const auto other = another(bob);
  const auto refused = [&](const auto& act) { return refusal_of(act).kind(); };
  EXPECT_EQ(refused([&] { list_snapshots(other.context(), web00); }), ErrorKind::conflict);
  EXPECT_EQ(refused([&] { take_snapshot(other.context(), web00, std::nullopt); }), ErrorKind::conflict);
  EXPECT_EQ(refused([&] { revert(other.context(), web00, std::nullopt); }), ErrorKind::conflict);
  EXPECT_EQ(refused([&] { delete_snapshot(other.context(), web00, "snap1"); }), ErrorKind::conflict);
  EXPECT_EQ(other.hypervisor.count_of("take_snapshot"), 0U);
  EXPECT_EQ(other.hypervisor.count_of("revert_to_snapshot"), 0U);
  EXPECT_EQ(other.hypervisor.count_of("delete_snapshot"), 0U);
  const SnapshotSubject anybodys{.vm = web00.vm, .owner = OwnerFilter::parse("any")};
  EXPECT_EQ(list_snapshots(other.context(), anybodys).size(), 1U);
}

TEST_F(Snapshots, OneHalfMadeHasNone) {
  vm().vm->complete = false;
  EXPECT_EQ(refusal_of([&] { take(); }).kind(), ErrorKind::not_found);
}

}  // namespace
}  // namespace nocloud::test
