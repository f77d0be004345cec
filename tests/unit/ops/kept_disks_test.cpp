// A new VM takes nobody's disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/change_vm.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

/// A VM with a second disk, stopped. `data` is more than a disk has that was only being made.
class KeptDisks : public testing::Test, protected Scene {
 protected:
  void SetUp() override { EXPECT_FALSE(failure()); }

  InstantiateRequest request() const {
    auto made = request_for({described("web00", {.disks = {DiskSize::of_gib(1)}})});
    made.start = std::nullopt;
    return made;
  }
  std::optional<Error> failure() { return instantiate(me.context(), request()).at(0).error; }
  std::string& content(const VolumeName& disk) { return world.volumes.at(disk).content; }

  const VmName web00 = VmName::parse("web00");
  const std::string data = std::string((std::size_t{1} << 20U) + 1, 'x');
};

TEST_F(KeptDisks, OfARenamedVm) {
  world.rename("web00", "other");
  const auto before = content(overlay_of(web00));
  EXPECT_THAT(failure().value().message(), HasSubstr("another domain has the disk 'web00.qcow2'"));
  EXPECT_EQ(content(overlay_of(web00)), before);
  EXPECT_FALSE(world.domains.contains("web00"));
}

TEST_F(KeptDisks, ThatHoldDataButHaveNoDomain) {
  for (const auto& disk : {overlay_of(web00), disk_of(web00, 1)}) {
    world.domains.erase("web00");  // as `virsh undefine` does
    content(disk) = data;
    const auto error = failure().value();
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_THAT(error.message(), HasSubstr(fmt::format("'{}', which no domain has, and its 1 MB", disk)));
    EXPECT_THAT(error.hint(), HasSubstr(fmt::format("`virsh vol-delete {} ", disk)));
    EXPECT_EQ(content(disk), data);
    EXPECT_FALSE(world.domains.contains("web00"));
    world.volumes.erase(disk);
  }
}

TEST_F(KeptDisks, ThatAKilledRunWasMakingAreReplaced) {
  world.domains.erase("web00");
  EXPECT_FALSE(failure());
  EXPECT_TRUE(world.domains.contains("web00"));
}

TEST_F(KeptDisks, OfAVmThatIsToGetOneOfThatName) {
  world.volumes[disk_of(web00, 2)] = {.content = data};  // as `virsh detach-disk` leaves it
  auto wanted = described("web00", {.disks = {DiskSize::of_gib(2), DiskSize::of_gib(1)}});
  EXPECT_EQ(refusal_of([&] { change_vm(me.context(), wanted); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(content(disk_of(web00, 2)), data);
  EXPECT_EQ(world.volumes.at(disk_of(web00, 1)).capacity, DiskSize::of_gib(1).bytes())
      << "nothing is half done";
}

}  // namespace
}  // namespace nocloud::test
