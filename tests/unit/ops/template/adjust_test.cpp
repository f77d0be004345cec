#include "nocloud/ops/template/adjust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto gib = std::uint64_t{1} << 30U;

class Adjust : public testing::Test, protected Scene {
 protected:
  void make_web() {
    auto request = request_for({described("web00")});
    request.start = std::nullopt;
    instantiate_all(me.context(), request);
  }
  bool adjust_web(const Adjustment& adjustment) { return adjust_vm(me.context(), web_, {}, adjustment); }
  bool adjust_debian(const Adjustment& adjustment) {
    return adjust_template(me.context(), debian12().name, adjustment);
  }
  const VmDefinition& web() { return *world.domain("web00").vm; }
  const Template& debian() { return *world.domain("debian12.template").source; }

  const VmName web_ = VmName::parse("web00");
};

TEST_F(Adjust, AVmGetsWhatIsAskedForAndKeepsTheRest) {
  make_web();
  EXPECT_TRUE(adjust_web({.memory = Memory::of_mib(2048)}));
  EXPECT_EQ(web().memory.mib(), 2048U);
  EXPECT_EQ(web().cpus.count(), 1U);
  EXPECT_TRUE(adjust_web({.cpus = CpuCount::of(3), .disk = DiskSize::of_gib(5)}));
  EXPECT_EQ(web().memory.mib(), 2048U);
  EXPECT_EQ(web().cpus.count(), 3U);
  EXPECT_EQ(world.volumes.at(overlay_of(web_)).capacity, 5 * gib);
  EXPECT_TRUE(web().complete);
}

TEST_F(Adjust, ASecondTimeThereIsNothingToDo) {
  make_web();
  const Adjustment adjustment{.memory = Memory::of_mib(2048), .disk = DiskSize::of_gib(5)};
  adjust_web(adjustment);
  EXPECT_FALSE(adjust_web(adjustment));
  EXPECT_EQ(me.hypervisor.count_of("redefine_vm") + me.hypervisor.count_of("grow_volume"), 2U);
}

TEST_F(Adjust, ADiskOnlyGrows) {
  make_web();
  const auto error =
      refusal_of([&] { adjust_web({.memory = Memory::of_mib(2048), .disk = DiskSize::of_gib(1)}); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.hint(), HasSubstr("2 GB or more"));
  EXPECT_EQ(web().memory.mib(), 1024U) << "nothing is half done";
  ++world.volumes.at(overlay_of(web_)).capacity;
  EXPECT_THAT(refusal_of([&] { adjust_web({.disk = DiskSize::of_gib(2)}); }).hint(),
              HasSubstr("3 GB or more"));
}

TEST_F(Adjust, NobodyGetsMoreMemoryThanTheHostHas) {
  make_web();
  const Adjustment adjustment{.memory = Memory::of_mib(1U << 20U)};
  EXPECT_EQ(refusal_of([&] { adjust_web(adjustment); }).kind(), ErrorKind::unavailable);
  EXPECT_EQ(refusal_of([&] { adjust_debian(adjustment); }).kind(), ErrorKind::unavailable);
}

TEST_F(Adjust, RefusesAVmThatIsUp) {
  make_web();
  world.domain("web00").state = VmState::paused;
  const auto error = refusal_of([&] { adjust_web({.cpus = CpuCount::of(3)}); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.hint(), HasSubstr("vmstop web00"));
}

TEST_F(Adjust, RefusesWhatIsAnothers) {
  make_web();
  auto bobs = another(bob);
  const Adjustment adjustment{.cpus = CpuCount::of(3)};
  EXPECT_EQ(refusal_of([&] { adjust_vm(bobs.context(), web_, {}, adjustment); }).kind(), ErrorKind::conflict);
  const auto error = refusal_of([&] { adjust_template(bobs.context(), debian12().name, adjustment); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("eva@here"));
}

TEST_F(Adjust, RefusesWhatIsNotThere) {
  EXPECT_EQ(refusal_of([&] { adjust_web({.cpus = CpuCount::of(3)}); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(refusal_of([&] { adjust_template(me.context(), TemplateName::parse("nosuch"), {}); }).kind(),
            ErrorKind::not_found);
}

TEST_F(Adjust, RefusesATemplateThatIsHalfMade) {
  world.domain("debian12.template").source->complete = false;
  EXPECT_EQ(refusal_of([&] { adjust_debian({.cpus = CpuCount::of(3)}); }).kind(), ErrorKind::not_found);
}

TEST_F(Adjust, RefusesAnotherDiskForATemplateWhoseImageIsGone) {
  world.volumes.erase(base_image());
  const auto before = debian();
  const auto error = refusal_of([&] { adjust_debian({.disk = DiskSize::of_gib(20)}); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_THAT(error.hint(), HasSubstr("`--build RECIPE`"));
  EXPECT_EQ(debian(), before);
}

TEST_F(Adjust, ATemplateSaysWhatItsVmsGet) {
  EXPECT_TRUE(
      adjust_debian({.memory = Memory::of_mib(2048), .cpus = CpuCount::of(4), .disk = DiskSize::of_gib(20)}));
  EXPECT_EQ(debian().base, base_image()) << "the image stays as it is";
  EXPECT_EQ(world.volumes.at(base_image()).capacity, 2 * gib);
  make_web();
  EXPECT_EQ(web().memory.mib(), 2048U);
  EXPECT_EQ(web().cpus.count(), 4U);
  EXPECT_EQ(world.volumes.at(overlay_of(web_)).capacity, 20 * gib);
  EXPECT_THAT(strays(world), IsEmpty());
}

TEST_F(Adjust, ATemplatesDiskMayBecomeAsSmallAsItsImage) {
  adjust_debian({.disk = DiskSize::of_gib(20)});
  EXPECT_EQ(refusal_of([&] { adjust_debian({.disk = DiskSize::of_gib(1)}); }).kind(),
            ErrorKind::invalid_input);
  EXPECT_TRUE(adjust_debian({.disk = DiskSize::of_gib(2)}));
  auto expected = debian12();
  expected.uuid = debian().uuid;
  EXPECT_EQ(debian(), expected);
  EXPECT_FALSE(adjust_debian({.disk = DiskSize::of_gib(2)}));
}

TEST_F(Adjust, ChangesNothingOfAVmWithDisksOfOthers) {
  make_web();
  world.domain("web00").volumes.insert(VolumeName::parse("web00.s1"));
  const auto before = web();
  const auto size = world.volumes.at(overlay_of(web_)).capacity;
  const Adjustment adjustment{.memory = Memory::of_mib(2048), .disk = DiskSize::of_gib(5)};
  EXPECT_EQ(refusal_of([&] { adjust_web(adjustment); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(refusal_of([&] { adjust_web({.disk = DiskSize::of_gib(5)}); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(web(), before);
  EXPECT_EQ(world.volumes.at(overlay_of(web_)).capacity, size);
}

TEST_F(Adjust, FailingAnywhereItIsRepairedByTheNextRun) {
  make_web();
  const Adjustment adjustment{.memory = Memory::of_mib(2048), .disk = DiskSize::of_gib(5)};
  for (const auto* call : {"grow_volume", "redefine_vm"}) {
    me.hypervisor.fail_next(call, {ErrorKind::failed, "libvirt says no"});
    EXPECT_THAT(refusal_of([&] { adjust_web(adjustment); }).message(),
                HasSubstr("adjusting VM 'web00': libvirt says no"));
  }
  EXPECT_TRUE(adjust_web(adjustment));
  EXPECT_EQ(web().memory.mib(), 2048U);
  EXPECT_EQ(world.volumes.at(overlay_of(web_)).capacity, 5 * gib);
}

}  // namespace
}  // namespace nocloud::test
