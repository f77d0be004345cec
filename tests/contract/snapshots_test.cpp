#include <ctime>

#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

SnapshotName tag(std::string_view name) {
  return SnapshotName::parse(name);
}

class SnapshotContract : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (IsSkipped()) return;
    make_vm(definition_of("a"));
  }

  VmName vm() const { return vm_name("a"); }
  VmState state() { return host().find_vm(vm()).value().state; }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& snapshot : host().snapshots(vm())) found.push_back(snapshot.name);
    return found;
  }
  /// Paused where that can be had: no guest has to run for these cases.
  void start() {
    host().start_vm(vm(), lacks("start_vm paused").empty() ? StartMode::paused : StartMode::running);
  }
};
INSTANTIATE_TEST_SUITE_P(Port, SnapshotContract, every_kind, name_of_kind);

TEST_P(SnapshotContract, KeepsAStoppedVm) {
  const auto before = std::time(nullptr);
  EXPECT_EQ(names(), std::vector<std::string>{});
  host().take_snapshot(vm(), tag("first"));
  const auto found = host().snapshots(vm());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "first");
  EXPECT_FALSE(found[0].with_memory);
  EXPECT_TRUE(found[0].current);
  EXPECT_GE(found[0].taken, before);
  start();
  host().revert_to_snapshot(vm(), "first");
  EXPECT_EQ(state(), VmState::stopped);
}

TEST_P(SnapshotContract, KeepsMemoryOfOneThatIsUp) {
  start();
  const auto up = state();
  host().take_snapshot(vm(), tag("up"));
  EXPECT_EQ(state(), up);
  EXPECT_TRUE(host().snapshots(vm()).at(0).with_memory);
  host().force_off_vm(vm());
  host().revert_to_snapshot(vm(), "up");
  EXPECT_EQ(state(), up);
}

TEST_P(SnapshotContract, RevertsARunningVmInPlace) {
  start();
  const auto up = state();
  host().take_snapshot(vm(), tag("up"));
  host().revert_to_snapshot(vm(), "up");
  EXPECT_EQ(state(), up);
}

TEST_P(SnapshotContract, BringsTheDefinitionBack) {
  host().take_snapshot(vm(), tag("small"));
  auto vm_now = host().find_vm(vm()).value();
  const auto before = vm_now.memory;
  vm_now.memory = Memory::of_mib(before.mib() * 2);
  host().redefine_vm(vm_now.uuid, vm_now);
  host().revert_to_snapshot(vm(), "small");
  EXPECT_EQ(host().find_vm(vm())->memory, before);
}

TEST_P(SnapshotContract, NamesEachOnce) {
  host().take_snapshot(vm(), tag("one"));
  EXPECT_EQ(error_of([&] { host().take_snapshot(vm(), tag("one")); }), ErrorKind::conflict);
  host().take_snapshot(vm(), tag("another"));
  EXPECT_EQ(names(), (std::vector<std::string>{"one", "another"}));
}

TEST_P(SnapshotContract, ListsThemInTheOrderTakenAlsoOfOneSecond) {
  for (const auto* name : {"z", "b", "y", "a"}) host().take_snapshot(vm(), tag(name));
  EXPECT_EQ(names(), (std::vector<std::string>{"z", "b", "y", "a"}));
  host().revert_to_snapshot(vm(), "b");
  EXPECT_EQ(names(), (std::vector<std::string>{"z", "b", "y", "a"}));
}

TEST_P(SnapshotContract, NamesThoseOfOtherPrograms) {
  const std::string theirs = "2026-11-30, before the upgrade";
  world().take_foreign_snapshot(vm(), theirs);
  EXPECT_EQ(names(), std::vector<std::string>{theirs});
  host().revert_to_snapshot(vm(), theirs);
  EXPECT_TRUE(host().delete_snapshot(vm(), theirs));
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_P(SnapshotContract, DeletesThem) {
  host().take_snapshot(vm(), tag("one"));
  host().take_snapshot(vm(), tag("two"));
  EXPECT_TRUE(host().delete_snapshot(vm(), "one"));
  EXPECT_FALSE(host().delete_snapshot(vm(), "one"));
  EXPECT_EQ(names(), std::vector<std::string>{"two"});
  EXPECT_EQ(error_of([&] { host().revert_to_snapshot(vm(), "one"); }), ErrorKind::not_found);
}

TEST_P(SnapshotContract, GoWithTheirVm) {
  host().take_snapshot(vm(), tag("one"));
  EXPECT_TRUE(host().undefine_vm(vm()));
  host().define_vm(definition_of("a"));
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_P(SnapshotContract, AreOfVmsOnly) {
  world().add_foreign_domain(world().prefix() + "f");
  for (const auto& name : {vm_name("nosuch"), vm_name("f")}) {
    EXPECT_EQ(error_of([&] { host().snapshots(name); }), ErrorKind::not_found);
    EXPECT_EQ(error_of([&] { host().take_snapshot(name, tag("x")); }), ErrorKind::not_found);
    EXPECT_EQ(error_of([&] { host().revert_to_snapshot(name, "x"); }), ErrorKind::not_found);
    EXPECT_EQ(error_of([&] { host().delete_snapshot(name, "x"); }), ErrorKind::not_found);
  }
}

}  // namespace
}  // namespace nocloud::test
