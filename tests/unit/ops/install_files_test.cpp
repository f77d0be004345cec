#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nocloud/ops/template/install_volumes.hpp"
#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::StartsWith;

class FilesOfAnInstallation : public testing::Test, protected Scene {
 protected:
  void put(const std::string& name, std::string_view content) const {
    std::ofstream(home.path() / name, std::ios::binary) << content;
  }
  const std::string& content(const VolumeName& volume) { return world.volumes.at(volume).content; }

  const VmName name_ = VmName::parse("fresh");
};

TEST_F(FilesOfAnInstallation, AreUsedAsTheyWereWhenTheyWereLookedAt) {
  const std::string linux =
      "\x7f"
      "ELF kernel";
  const auto medium = std::string(32'768, '\0') + "\1CD001" + std::string(2048, '\0');
  put("linux", linux);
  put("initrd.gz", "initrd");
  put("installer.iso", medium);
  const InstallRequest request{.name = name_,
                               .user = UserName::parse("debian"),
                               .kernel = KernelChoice{.kernel = home.path() / "linux",
                                                      .initrd = home.path() / "initrd.gz",
                                                      .command_line = "quiet"},
                               .medium = home.path() / "installer.iso",
                               .answers = Answers::parse("d-i passwd/root-password password hush\n")};
  const auto files = InstallFiles::open(request, {});
  for (const auto* name : {"linux", "initrd.gz", "installer.iso"}) {
    put(name, "something else, and longer than most of what was there");
  }
  files.add_volumes(me.context(), "4b2a0cb3-1a9d-4bb5-a2d6-0f2d4fd8c8de");
  EXPECT_EQ(content(kernel_of(name_)), linux);
  EXPECT_THAT(content(initrd_of(name_)), StartsWith("initrd"));
  EXPECT_EQ(content(medium_of(name_)), medium);
}

}  // namespace
}  // namespace nocloud::test
