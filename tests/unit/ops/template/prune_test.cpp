#include "nocloud/ops/template/prune.hpp"

#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nocloud/image/store/image_store.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

/// The start of a qcow2 file that is the difference to another.
std::string layer_over(const std::string& base) {
  std::string head = "QFI\xfb";
  const auto add = [&head](std::uint64_t number, unsigned bytes) {
    while (bytes-- > 0) head += static_cast<char>(number >> (8 * bytes) & 0xffU);
  };
  add(3, 4);
  add(104, 8);
  add(base.size(), 4);
  head.resize(104, '\0');
  return head + base;
}

class Prune : public Scene, public testing::Test {
 protected:
  Prune() {
    make_folder(home.path() / "tmp", 0700);
    ::setenv("TMPDIR", (home.path() / "tmp").c_str(), 1);
  }
  void TearDown() override { ::unsetenv("TMPDIR"); }

  Pruned pruned() {
    auto context = me.context();
    context.downloads.folder = downloads;
    return prune(context);
  }

  /// A folder in $TMPDIR that a run has left which was killed.
  fs::path killed_runs_folder() const {
    const auto told = home.path() / "told";
    const pid_t killed = ::fork();
    if (killed == 0) {
      const auto folder = scratch_folder();
      write_file(told, folder->path().string(), 0600);
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(killed, nullptr, 0);
    return read_file(told, 4096);
  }

  fs::path downloads = home.path() / "downloads";
  VolumeName stray = image_volume_name(std::string(64, 'e'), "qcow2");
};

TEST_F(Prune, RemovesWhatNobodyUsesAndSaysHowMuchThatWas) {
  instantiate_all(me.context(), request_for(webs(2)));
  const auto before = world.volumes;
  world.volumes[stray].content = "0123456789";
  const auto unseen = image_volume_name(std::string(64, 'f'), "kernel");
  world.unseen[unseen].content = "01234";
  make_folder(downloads, 0700);
  const auto broken = downloads / std::string(64, '0');
  write_file(broken, "012", 0600);
  fs::last_write_time(broken, fs::last_write_time(broken) - std::chrono::hours(25));
  const auto gone = pruned();
  ASSERT_EQ(gone.images.size(), 2U);
  EXPECT_EQ(gone.images[0].name, stray);
  EXPECT_EQ(gone.images[1].name, unseen);
  ASSERT_EQ(gone.downloads.size(), 1U);
  EXPECT_EQ(gone.bytes(), 18U);
  EXPECT_TRUE(fs::is_empty(downloads));
  EXPECT_THAT(strays(world), IsEmpty());
  for (const auto& [name, volume] : before) EXPECT_TRUE(world.volumes.contains(name)) << name.str();
  EXPECT_THAT(flaws(world), IsEmpty());
  EXPECT_EQ(pruned().bytes(), 0U) << "the second time there is nothing";
}

TEST_F(Prune, RemovesWhatKilledRunsLeftInTheTemporaryFolder) {
  const auto in_use = scratch_folder();
  const auto users_own = home.path() / "tmp" / "nocloud-tmp-backup";
  make_folder(users_own, 0700);
  const auto left = killed_runs_folder();
  make_folder(left / "inside", 0700);
  write_file(left / "inside" / "disk.qcow2", std::string(100'000, 'x'), 0600);
  const auto gone = pruned();
  ASSERT_EQ(gone.folders.size(), 1U);
  EXPECT_EQ(gone.folders[0].folder, left);
  EXPECT_GE(gone.bytes(), 100'000U);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(in_use->path()));
  EXPECT_TRUE(fs::exists(users_own));
  make_folder(left, 0700);
  const auto next = scratch_folder();
  EXPECT_FALSE(fs::exists(left)) << "the next run removes it, too";
}

TEST_F(Prune, LeavesWhatATemplateInTheMakingHasNamed) {
  auto half_made = debian12();
  half_made.name = TemplateName::parse("debian13");
  half_made.base = stray;
  half_made.complete = false;
  me.hypervisor.define_template(half_made);
  world.volumes[stray].content = "0123456789";
  EXPECT_THAT(pruned().images, IsEmpty());
}

TEST_F(Prune, LeavesTheOldImageOfAVm) {
  instantiate_all(me.context(), request_for(webs(1)));
  auto newer = debian12();
  newer.base = base_image('b');
  newer.complete = true;
  world.volumes[newer.base].content = "newer";
  me.hypervisor.redefine_template(newer);
  EXPECT_THAT(pruned().images, IsEmpty());
  remove_everything(me.context());
  EXPECT_FALSE(world.volumes.contains(base_image()));
}

TEST_F(Prune, NamesWhatIsUnreadableAndDeletesNothing) {
  instantiate_all(me.context(), request_for(webs(1)));
  world.volumes[stray].content = "0123456789";
  world.domain("web00").unreadable = "'vsock' is unknown";
  EXPECT_THAT(pruned().images, IsEmpty());
  ASSERT_EQ(me.reporter.warnings().size(), 1U);
  EXPECT_THAT(me.reporter.warnings()[0], HasSubstr("'web00' can't be read: 'vsock' is unknown"));
  world.domain("web00").unreadable.clear();
  world.domain(template_domain(debian12().name)).unreadable = "'ignition' is unknown";
  EXPECT_THAT(pruned().images, IsEmpty());
  EXPECT_THAT(me.reporter.warnings()[1], HasSubstr("'debian12.template' can't be read"));
  world.domain(template_domain(debian12().name)).unreadable.clear();
  EXPECT_EQ(pruned().images.size(), 1U) << "once all can be read again";
}

TEST_F(Prune, KeepsWhatUnreadableVmsAreOverWithoutAWord) {
  instantiate_all(me.context(), request_for(webs(2)));
  me.hypervisor.undefine_template(debian12().name);
  for (const auto* vm : {"web00", "web01"}) world.domain(vm).unreadable = "'vsock' is unknown";
  EXPECT_THAT(pruned().images, IsEmpty());
  EXPECT_TRUE(world.volumes.contains(base_image()));
  EXPECT_THAT(me.reporter.warnings(), IsEmpty()) << "there was nothing to remove";
}

TEST_F(Prune, LooksAtVolumesAndDomainsOfOthers) {
  const auto layer = image_volume_name(std::string(64, 'c'), "qcow2");
  const auto kernel = image_volume_name(std::string(64, 'd'), "kernel");
  world.volumes[stray].content = "below a layer";
  world.volumes[layer].base = stray;
  world.volumes[VolumeName::parse("theirs")].base = layer;
  world.volumes[kernel].content = "booted";
  world.domains["Theirs"] = {.uuid = "theirs", .volumes = {kernel}};
  EXPECT_THAT(pruned().images, IsEmpty());
  world.domains.erase("Theirs");
  world.volumes.erase(VolumeName::parse("theirs"));
  EXPECT_EQ(pruned().images.size(), 3U);
}

TEST_F(Prune, LooksBelowWhatDomainsOfOthersName) {
  const auto layer = image_volume_name(std::string(64, 'c'), "qcow2");
  world.volumes[stray].content = "below a layer";
  world.volumes[layer].base = stray;
  world.domains["Theirs"] = {.uuid = "theirs", .volumes = {layer}};
  EXPECT_THAT(pruned().images, IsEmpty());
  world.domains.erase("Theirs");
  EXPECT_EQ(pruned().images.size(), 2U);
}

TEST_F(Prune, LooksAllTheWayDown) {
  auto above = VolumeName::parse("theirs");
  for (const char digit : {'3', '2', '1'}) {
    const auto below = image_volume_name(std::string(64, digit), "qcow2");
    world.volumes[above].base = below;
    world.volumes[below].content = "a layer";
    above = below;
  }
  EXPECT_THAT(pruned().images, IsEmpty());
  world.volumes.erase(VolumeName::parse("theirs"));
  EXPECT_EQ(pruned().images.size(), 3U);
}

TEST_F(Prune, KeepsWhatSnapshotsNeed) {
  instantiate_all(me.context(), request_for(webs(1)));
  const auto kernel = image_volume_name(std::string(64, 'd'), "kernel");
  const auto initrd = image_volume_name(std::string(64, 'd'), "initrd");
  for (const auto& file : {kernel, initrd}) world.volumes[file].content = "booted";
  auto& domain = world.domain("web00");
  auto then = domain.vm.value();
  then.boot = DirectBoot{.kernel = kernel, .initrd = initrd};
  domain.snapshots.push_back({.snapshot = {.name = "first"}, .vm = then, .state = {}});
  EXPECT_THAT(pruned().images, IsEmpty());
  domain.snapshots.clear();
  EXPECT_EQ(pruned().images.size(), 2U);
}

TEST_F(Prune, KeepsWhatVolumesOfOtherPoolsLieOver) {
  world.volumes[stray].content = "below";
  world.bases_elsewhere = {stray};
  EXPECT_THAT(pruned().images, IsEmpty());
  world.bases_elsewhere.clear();
  EXPECT_EQ(pruned().images.size(), 1U);
}

TEST_F(Prune, ReadsDisksInNoPoolItself) {
  world.volumes[stray].content = "below";
  const auto disk = home.path() / "y.qcow2";
  const auto image = home.path() / stray.str();
  write_file(image, "raw", 0600);
  write_file(disk, layer_over(image.string()), 0600);
  world.loose_disks = {{.path = disk.string(), .description = "the disk 'y' of the domain 'Theirs'"}};
  EXPECT_THAT(pruned().images, IsEmpty());
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
  write_file(disk, "stands alone", 0600);
  EXPECT_EQ(pruned().images.size(), 1U);
}

TEST_F(Prune, KeepsAllWhileADiskCannotBeRead) {
  world.volumes[stray].content = "10 bytes..";
  world.loose_disks = {{.path = (home.path() / "none").string(), .description = "the disk 'y' of 'Theirs'"}};
  EXPECT_THAT(pruned().images, IsEmpty());
  ASSERT_EQ(me.reporter.warnings().size(), 1U);
  EXPECT_THAT(me.reporter.warnings()[0],
              HasSubstr("images were kept: the disk 'y' of 'Theirs': cannot read"));
  write_file(home.path() / "none", "stands alone", 0600);
  world.place.local = false;
  EXPECT_THAT(pruned().images, IsEmpty()) << "the file is another machine's";
  EXPECT_THAT(me.reporter.warnings()[1], HasSubstr("the disk 'y' of 'Theirs' is in no storage pool"));
  world.loose_disks.clear();
  world.unread = {Error(ErrorKind::failed, "cannot list the volumes of the storage pool 'x'")};
  EXPECT_THAT(pruned().images, IsEmpty());
  EXPECT_THAT(me.reporter.warnings()[2], HasSubstr("storage pool 'x'"));
  world.unread.clear();
  EXPECT_EQ(pruned().images.size(), 1U);
}

TEST_F(Prune, LooksAtFilesOfOtherPoolsAnew) {
  world.volumes[stray].content = "below";
  world.unseen_bases_elsewhere = {stray};
  EXPECT_THAT(pruned().images, IsEmpty());
  EXPECT_THAT(me.reporter.warnings(), IsEmpty());
  world.bases_elsewhere.clear();
  world.stale = {Error(ErrorKind::failed, "cannot refresh the storage pool 'x'")};
  EXPECT_THAT(pruned().images, IsEmpty());
  ASSERT_EQ(me.reporter.warnings().size(), 1U);
  EXPECT_THAT(me.reporter.warnings()[0], HasSubstr("storage pool 'x'"));
  world.stale.clear();
  EXPECT_EQ(pruned().images.size(), 1U);
}

TEST_F(Prune, PassesOverWhatIsNoDiskInArgumentsOfQemu) {
  using Kind = LooseDisk::Kind;
  world.volumes[stray].content = "10 bytes..";
  world.loose_disks = {{.path = "/dev/null", .description = "'/dev/null' of 'x'", .kind = Kind::disk}};
  EXPECT_THAT(pruned().images, IsEmpty());
  world.loose_disks[0].kind = Kind::perhaps;
  EXPECT_EQ(pruned().images.size(), 1U);
  world.volumes[stray].content = "10 bytes..";
  world.loose_disks[0].path = (home.path() / "none").string();
  EXPECT_THAT(pruned().images, IsEmpty()) << "it may come back";
}

}  // namespace
}  // namespace nocloud::test
