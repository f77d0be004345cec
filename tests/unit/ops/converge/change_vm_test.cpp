#include "nocloud/ops/converge/change_vm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class ChangeVm : public testing::Test, protected Scene {
 protected:
  void SetUp() override {
    auto request = request_for({described("web00", {.disks = {DiskSize::of_gib(5)}})});
    request.start = std::nullopt;
    instantiate_all(me.context(), request);
  }

  const VmDefinition& vm() { return *world.domain("web00").vm; }
  static DescribedVm larger() {
    auto wanted = described("web00", {.memory = Memory::of_mib(2048),
                                      .cpus = CpuCount::of(3),
                                      .disks = {DiskSize::of_gib(5), DiskSize::of_gib(7)}});
    wanted.type = TypeName::parse("db");
    return wanted;
  }
};

TEST_F(ChangeVm, OneThatWasMadeWithoutAStartIsDownAndWhole) {
  EXPECT_EQ(world.domain("web00").state, VmState::stopped);
  EXPECT_TRUE(vm().complete);
}

TEST_F(ChangeVm, ChangesTypeMemoryCpusAndAddsDisks) {
  EXPECT_TRUE(change_vm(me.context(), larger()));
  EXPECT_EQ(vm().type.str(), "db");
  EXPECT_EQ(vm().memory.mib(), 2048U);
  EXPECT_EQ(vm().cpus.count(), 3U);
  EXPECT_EQ(vm().disks, (std::vector{DiskSize::of_gib(5), DiskSize::of_gib(7)}));
  EXPECT_EQ(world.volumes.at(disk_of(vm().name, 2)).capacity, DiskSize::of_gib(7).bytes());
  me.hypervisor.start_vm(vm().name, StartMode::running);
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(ChangeVm, LeavesTheDisksAlone) {
  world.volumes.at(disk_of(vm().name, 1)).content = "data";
  change_vm(me.context(), larger());
  EXPECT_EQ(world.volumes.at(disk_of(vm().name, 1)).content, "data");
}

TEST_F(ChangeVm, MakesADiskLargerWithWhatIsInIt) {
  auto& disk = world.volumes.at(disk_of(vm().name, 1));
  disk.content = "data";
  auto wanted = larger();
  wanted.shape.disks = {DiskSize::of_gib(8)};
  change_vm(me.context(), wanted);
  EXPECT_EQ(vm().disks, std::vector{DiskSize::of_gib(8)});
  EXPECT_EQ(disk.capacity, DiskSize::of_gib(8).bytes());
  EXPECT_EQ(disk.content, "data");
}

TEST_F(ChangeVm, ASecondTimeThereIsNothingToDo) {
  change_vm(me.context(), larger());
  EXPECT_FALSE(change_vm(me.context(), larger()));
  EXPECT_EQ(me.hypervisor.count_of("redefine_vm"), 1U);
}

TEST_F(ChangeVm, ChangesNothingOfOneWithDisksOfOthers) {
  world.domain("web00").volumes.insert(VolumeName::parse("web00.s1"));
  const auto before = vm();
  EXPECT_EQ(refusal_of([&] { change_vm(me.context(), larger()); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(vm(), before);
  EXPECT_FALSE(world.volumes.contains(disk_of(before.name, 2)));
}

TEST_F(ChangeVm, MakesNoDiskLargerOfOneWithDisksOfOthers) {
  world.domain("web00").volumes.insert(VolumeName::parse("web00.s1"));
  const auto wanted = described("web00", {.disks = {DiskSize::of_gib(8)}});
  EXPECT_EQ(refusal_of([&] { change_vm(me.context(), wanted); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(world.volumes.at(disk_of(vm().name, 1)).capacity, DiskSize::of_gib(5).bytes());
}

TEST_F(ChangeVm, RefusesOneThatIsUp) {
  world.domain("web00").state = VmState::paused;
  EXPECT_EQ(refusal_of([&] { change_vm(me.context(), larger()); }).kind(), ErrorKind::conflict);
}

TEST_F(ChangeVm, RefusesAnothers) {
  auto bobs = another(bob);
  const auto error = refusal_of([&] { change_vm(bobs.context(), larger()); });
  EXPECT_THAT(error.message(), HasSubstr("eva@here"));
}

TEST_F(ChangeVm, RefusesOneThatIsNotThere) {
  EXPECT_EQ(refusal_of([&] { change_vm(me.context(), described("web09")); }).kind(), ErrorKind::not_found);
}

TEST_F(ChangeVm, RefusesOneThatIsHalfMade) {
  world.domain("web00").vm->complete = false;
  EXPECT_EQ(refusal_of([&] { change_vm(me.context(), larger()); }).kind(), ErrorKind::not_found);
}

TEST_F(ChangeVm, NeverMakesADiskSmaller) {
  auto wanted = larger();
  wanted.shape.disks = {DiskSize::of_gib(4)};
  EXPECT_TRUE(change_vm(me.context(), wanted));
  EXPECT_EQ(vm().disks, std::vector{DiskSize::of_gib(5)});
  EXPECT_EQ(world.volumes.at(disk_of(vm().name, 1)).capacity, DiskSize::of_gib(5).bytes());
}

TEST_F(ChangeVm, TakesNewDisksBackWhenTheRecordCannotBeChanged) {
  me.hypervisor.fail_next("redefine_vm", {ErrorKind::failed, "libvirt says no"});
  const auto error = refusal_of([&] { change_vm(me.context(), larger()); });
  EXPECT_THAT(error.message(), HasSubstr("changing VM 'web00': libvirt says no"));
  EXPECT_FALSE(world.volumes.contains(disk_of(vm().name, 2)));
  EXPECT_TRUE(world.volumes.contains(disk_of(vm().name, 1)));
}

TEST_F(ChangeVm, TakesThePlaceOfWhatAKilledRunLeft) {
  world.volumes[disk_of(vm().name, 2)] = {.capacity = 1};
  EXPECT_TRUE(change_vm(me.context(), larger()));
  EXPECT_EQ(world.volumes.at(disk_of(vm().name, 2)).capacity, DiskSize::of_gib(7).bytes());
}

TEST_F(ChangeVm, KilledAnywhereItIsRepairedByTheNextRun) {
  for (std::size_t call = 1; call < 8; ++call) {
    auto dying = another();
    dying.hypervisor.crash_at(call, FakeHypervisor::Moment::after_effect);
    try {
      auto wanted = larger();
      wanted.shape.disks.resize(1 + call, DiskSize::of_gib(2));
      change_vm(dying.context(), wanted);
    } catch (const Crashed&) {
    }
    auto wanted = larger();
    wanted.shape.disks.resize(1 + call, DiskSize::of_gib(2));
    change_vm(me.context(), wanted);
    EXPECT_THAT(strays(world), IsEmpty());
    EXPECT_EQ(vm().disks.size(), 1 + call);
  }
}

}  // namespace
}  // namespace nocloud::test
