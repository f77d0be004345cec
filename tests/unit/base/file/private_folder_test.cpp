#include "nocloud/base/file/private_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/file/file.hpp"

namespace nocloud::test {
namespace {

namespace fs = std::filesystem;

class PrivateFolder : public testing::Test {
 protected:
  void SetUp() override { make_folder(folder_, 0700); }
  void allow(const fs::path& path, mode_t mode) const { ASSERT_EQ(::chmod(path.c_str(), mode), 0); }

  TemporaryFolder parent_;
  const fs::path folder_ = parent_.path() / "above" / "folder";
};

TEST_F(PrivateFolder, IsItsOwnersAlone) {
  EXPECT_TRUE(is_private_folder(folder_));
  allow(folder_, 0755);
  EXPECT_TRUE(is_private_folder(folder_));
  for (const mode_t mode : {0770U, 0707U, 01777U}) {
    allow(folder_, mode);
    EXPECT_FALSE(is_private_folder(folder_)) << std::oct << mode;
  }
}

TEST_F(PrivateFolder, CannotBeReplacedByOthers) {
  for (const mode_t mode : {0777U, 0770U}) {
    allow(folder_.parent_path(), mode);
    EXPECT_FALSE(is_private_folder(folder_)) << std::oct << mode;
  }
  allow(folder_.parent_path(), 01777);
  EXPECT_TRUE(is_private_folder(folder_)) << "in a sticky folder others cannot rename it";
}

TEST_F(PrivateFolder, IsNotBelowAnotherUsersFolder) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  ASSERT_EQ(::chown(folder_.parent_path().c_str(), 65534, 65534), 0);
  EXPECT_FALSE(is_private_folder(folder_));
}

TEST_F(PrivateFolder, IsAFolder) {
  EXPECT_FALSE(is_private_folder(folder_ / "nothing"));
  write_file(folder_ / "file", "", 0600);
  EXPECT_FALSE(is_private_folder(folder_ / "file"));
  fs::create_directory_symlink(folder_, folder_.parent_path() / "link");
  EXPECT_FALSE(is_private_folder(folder_.parent_path() / "link"));
}

}  // namespace
}  // namespace nocloud::test
