// A new VM takes nobody's disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/converge/change_vm.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A qcow2 disk of 1 GiB in one cluster of which something was written (QEMU's docs/interop/qcow2.txt).
std::string disk_with_a_cluster() {
  std::string disk(136, '\0');
  const auto put = [&disk](std::size_t at, std::string_view bytes) { disk.replace(at, bytes.size(), bytes); };
  put(0, "QFI\xfb");
  disk[7] = 2;      // version
  disk[23] = 16;    // cluster bits
  disk[28] = 0x40;  // size
  disk[39] = 1;     // entries of the first table, which is at 128
  disk[47] = static_cast<char>(128);
  disk[133] = 1;
  return disk;
}

/// A VM with a second disk, stopped.
class KeptDisks : public testing::Test, protected Scene {
 protected:
  void SetUp() override { EXPECT_FALSE(failure()); }

  InstantiateRequest request() const {
    auto made = request_for({described("web00", {.disks = {DiskSize::of_gib(1)}})});
    made.start = std::nullopt;
    return made;
  }
  std::optional<Error> failure() {
    try {
      return instantiate(me.context(), request()).at(0).error;
    } catch (const Error& error) {
      return error;
    }
  }
  std::string& content(const VolumeName& disk) { return world.volumes.at(disk).content; }

  const VmName web00 = VmName::parse("web00");
  const std::string data = disk_with_a_cluster();
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
    EXPECT_THAT(error.message(), HasSubstr(fmt::format("'{}', which no domain has", disk)));
    EXPECT_THAT(error.hint(), HasSubstr(fmt::format("`virsh vol-delete {} ", disk)));
    EXPECT_EQ(content(disk), data);
    EXPECT_FALSE(world.domains.contains("web00"));
    world.volumes.erase(disk);
  }
}

TEST_F(KeptDisks, WhoseOnlyDataIsInASnapshotWithin) {
  auto kept = data;
  kept[63] = 1;      // a snapshot
  kept[133] = '\0';  // no cluster of the present state
  world.domains.erase("web00");
  content(overlay_of(web00)) = kept;
  EXPECT_EQ(failure().value().kind(), ErrorKind::conflict);
  EXPECT_EQ(content(overlay_of(web00)), kept);
}

TEST_F(KeptDisks, AreKnownBeforeAnyVmIsMade) {
  world.volumes[overlay_of(VmName::parse("web02"))] = {.content = data};
  const auto before = snapshot_of(world);
  EXPECT_EQ(refusal_of([&] { instantiate(me.context(), request_for(webs(3))); }).kind(), ErrorKind::conflict);
  EXPECT_EQ(snapshot_of(world), before) << "web01 was not made either";
}

TEST_F(KeptDisks, ThatAKilledRunWasMakingAreReplaced) {
  world.domains.erase("web00");
  EXPECT_FALSE(failure());
  EXPECT_TRUE(world.domains.contains("web00"));
}

TEST_F(KeptDisks, ThatTheHostHadNotListedAreNotUndone) {
  world.domains.erase("web00");
  auto node = world.volumes.extract(disk_of(web00, 1));
  node.mapped().content = data;
  world.unseen.insert(std::move(node));
  EXPECT_EQ(failure().value().kind(), ErrorKind::conflict);
  EXPECT_EQ(content(disk_of(web00, 1)), data);
  EXPECT_FALSE(world.domains.contains("web00"));
}

TEST_F(KeptDisks, OfAnotherDomainStayWhenTheirVmGoes) {
  world.domains["Theirs"].volumes = {disk_of(web00, 1)};
  remove(me.context(), {*me.hypervisor.find_vm(web00)});
  EXPECT_TRUE(world.volumes.contains(disk_of(web00, 1)));
  EXPECT_FALSE(world.volumes.contains(overlay_of(web00)));
  EXPECT_FALSE(world.domains.contains("web00"));
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("another domain or volume uses it")));
}

TEST_F(KeptDisks, BelowAnotherVolumeStayWhenTheirVmGoes) {
  world.volumes[VolumeName::parse("layer.qcow2")] = {.base = overlay_of(web00)};
  remove(me.context(), {*me.hypervisor.find_vm(web00)});
  EXPECT_TRUE(world.volumes.contains(overlay_of(web00)));
  EXPECT_FALSE(world.volumes.contains(disk_of(web00, 1)));
}

TEST_F(KeptDisks, ThatTheRecordDoesNotNameStayIfTheyHoldData) {
  world.volumes[disk_of(web00, 2)] = {.content = data};
  world.volumes[disk_of(web00, 3)] = {};
  remove(me.context(), {*me.hypervisor.find_vm(web00)});
  EXPECT_EQ(content(disk_of(web00, 2)), data);
  EXPECT_FALSE(world.volumes.contains(disk_of(web00, 3))) << "what a killed run left";
  EXPECT_THAT(me.reporter.warnings(), ElementsAre(HasSubstr("does not name it")));
}

TEST_F(KeptDisks, OfItsOwnSnapshotsAreNotAnothers) {
  auto& domain = world.domain("web00");
  auto then = *domain.vm;
  then.disks.push_back(DiskSize::of_gib(1));
  domain.snapshots.push_back({.snapshot = {.name = "then"}, .vm = then, .state = {}});
  world.volumes[disk_of(web00, 2)] = {};
  auto wanted = described("web00", {.disks = {DiskSize::of_gib(1), DiskSize::of_gib(1)}});
  EXPECT_TRUE(change_vm(me.context(), wanted));
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
