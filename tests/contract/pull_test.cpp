#include "contract/kinds.hpp"

namespace nocloud::test {
namespace {

class PullContract : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (IsSkipped()) return;
    if (const auto reason = lacks("pull_base"); !reason.empty()) GTEST_SKIP() << reason;
    make_vm(definition_of("a"));
  }

  VmName vm() const { return vm_name("a"); }
  void pull(const std::stop_token& stop = {}) {
    host().pull_base(
        vm(), [](std::uint64_t, std::uint64_t) {}, stop);
  }
};
INSTANTIATE_TEST_SUITE_P(Port, PullContract, every_kind, name_of_kind);

TEST_P(PullContract, TheVmStandsAlone) {
  auto definition = host().find_vm(vm()).value();
  host().start_vm(vm(), StartMode::paused);
  pull();
  pull();  // there is nothing left to do
  host().force_off_vm(vm());
  const auto base = definition.base.value();
  definition.base.reset();
  host().redefine_vm(definition.uuid, definition);
  EXPECT_EQ(host().find_vm(vm())->base, std::nullopt);
  EXPECT_TRUE(host().delete_volume(base));
  host().start_vm(vm(), StartMode::paused);
  EXPECT_EQ(host().find_vm(vm())->state, VmState::paused);
}

TEST_P(PullContract, NeedsAVmThatIsUp) {
  EXPECT_EQ(error_of([&] { pull(); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { host().pull_base(vm_name("nosuch"), [](std::uint64_t, std::uint64_t) {}, {}); }),
            ErrorKind::not_found);
}

TEST_P(PullContract, LeavesDisksOfOthersAlone) {
  host().start_vm(vm(), StartMode::paused);
  world().give_disk(vm().str(), volume_name("theirs.qcow2"));
  EXPECT_EQ(error_of([&] { pull(); }), ErrorKind::conflict);
}

TEST_P(PullContract, LeavesTheBaseToSnapshots) {
  host().start_vm(vm(), StartMode::paused);
  host().take_snapshot(vm(), SnapshotName::parse("one"));
  EXPECT_EQ(error_of([&] { pull(); }), ErrorKind::conflict);
}

}  // namespace
}  // namespace nocloud::test
