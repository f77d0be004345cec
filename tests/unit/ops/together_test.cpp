#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/converge/instantiate.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::Contains;
using testing::IsEmpty;

class Together : public testing::Test, protected Scene {};

TEST_F(Together, ProcessesAtOnceMakeOneSet) {
  std::vector<std::jthread> threads;
  std::vector<std::vector<InstantiatedVm>> results(4);
  for (auto& result : results) {
    threads.emplace_back([&] { result = instantiate_all(another().context(), request_for(webs(6))); });
  }
  threads.clear();
  EXPECT_EQ(vm_names(world).size(), 6U);
  EXPECT_THAT(flaws(world), IsEmpty());
  std::size_t created = 0;
  for (const auto& result : results) {
    created += static_cast<std::size_t>(std::ranges::count(result, Change::created, &InstantiatedVm::change));
  }
  EXPECT_EQ(created, 6U);
}

TEST_F(Together, AVmWhoseImageAnotherUserRemovesMeanwhileIsTakenBack) {
  const auto whole = world.volumes;
  for (const auto* moment : {"create_overlay", "complete_vm"}) {
    me.hypervisor.before_next(moment, [&] { world.volumes.erase(base_image()); });
    const auto error = refusal_of([&] { instantiate_all(me.context(), request_for(webs(1))); });
    EXPECT_NE(error.message(), "");
    if (moment == std::string_view("complete_vm")) {
      EXPECT_EQ(error.kind(), ErrorKind::conflict);
      EXPECT_THAT(error.message(),
                  testing::HasSubstr("another user's run removed the image of template 'debian12'"));
      EXPECT_EQ(me.hypervisor.count_of("start_vm"), 0U);
    }
    EXPECT_THAT(vm_names(world), IsEmpty());
    EXPECT_THAT(strays(world), IsEmpty());
    world.volumes = whole;
  }
}

class FurtherVmsTest : public Together {
 protected:
  static InstantiateRequest request(unsigned count) {
    return {.further = FurtherVms{.group = GroupName::parse("group"),
                                  .type = TypeName::parse("default"),
                                  .template_name = debian12().name,
                                  .count = VmCount::of(count)},
            .virt_type = VirtType::qemu};
  }
};

TEST_F(FurtherVmsTest, AddsToThoseThereAre) {
  instantiate_all(me.context(), request(2));
  const auto first = vm_names(world);
  instantiate_all(me.context(), request(3));
  EXPECT_EQ(vm_names(world).size(), 5U);
  for (const auto& name : first) EXPECT_THAT(vm_names(world), Contains(name));
}

TEST_F(FurtherVmsTest, FillsTheGapsThatRemovedOnesLeft) {
  const auto before = instantiate_all(me.context(), request(3));
  remove(me.context(), {before[1].located->vm});
  const auto added = instantiate_all(me.context(), request(1));
  EXPECT_EQ(added[0].name, before[1].name);
}

TEST_F(FurtherVmsTest, CompletesWhatAKilledRunLeft) {
  auto killed = another();
  killed.hypervisor.fail_next("create_overlay", {ErrorKind::failed, "killed"});
  killed.hypervisor.fail_next("undefine_vm", {ErrorKind::failed, "killed"});
  instantiate(killed.context(), request(1));
  ASSERT_EQ(vm_names(world).size(), 1U);
  instantiate_all(me.context(), request(1));
  EXPECT_EQ(vm_names(world).size(), 1U);
  EXPECT_THAT(flaws(world), IsEmpty());
}

TEST_F(FurtherVmsTest, LeavesWhatAnotherOwnersKilledRunLeft) {
  auto killed = another(bob);
  killed.hypervisor.fail_next("create_overlay", {ErrorKind::failed, "killed"});
  killed.hypervisor.fail_next("undefine_vm", {ErrorKind::failed, "killed"});
  instantiate(killed.context(), request(1));
  const auto left = vm_names(world);
  ASSERT_EQ(left.size(), 1U);
  auto mine = request(1);
  mine.owner = {.kind = OwnerFilter::Kind::any};
  const auto made = instantiate_all(me.context(), mine);
  EXPECT_NE(made.at(0).name.str(), left.at(0));
  EXPECT_EQ(world.domain(left.at(0)).vm->owner, bob);
}

TEST_F(FurtherVmsTest, RunsAtOnceDoNotChooseTheSameNames) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] { instantiate_all(another().context(), request(2)); });
  }
  threads.clear();
  EXPECT_EQ(vm_names(world).size(), 6U);
  EXPECT_THAT(flaws(world), IsEmpty());
}

}  // namespace
}  // namespace nocloud::test
