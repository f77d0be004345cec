#include "nocloud/ops/prune.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/image/image_store.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

class Prune : public Scene, public testing::Test {
 protected:
  Prune() {
    make_folder(home.path() / "tmp", 0700);
    ::setenv("TMPDIR", (home.path() / "tmp").c_str(), 1);
  }
  ~Prune() override { ::unsetenv("TMPDIR"); }

  Pruned pruned() {
    auto context = me.context();
    context.downloads.folder = downloads;
    return prune(context);
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
  const auto left = home.path() / "tmp" / "nocloud-tmp-killed";
  make_folder(left / "inside", 0700);
  write_file(left / "inside" / "disk.qcow2", std::string(100'000, 'x'), 0600);
  const auto gone = pruned();
  ASSERT_EQ(gone.folders.size(), 1U);
  EXPECT_EQ(gone.folders[0].folder, left);
  EXPECT_GE(gone.bytes(), 100'000U);
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(in_use->path()));
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

}  // namespace
}  // namespace nocloud::test
