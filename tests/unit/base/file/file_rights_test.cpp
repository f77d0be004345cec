#include "nocloud/base/file/file_rights.hpp"

#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

constexpr FileUser nobody{.uid = 65534, .gid = 65534};

class Rights : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
    fs::create_directory(mine());
    fs::create_directory(theirs());
    ASSERT_EQ(::chown(theirs().c_str(), nobody.uid, nobody.gid), 0);
  }
  fs::path mine() const { return folder_.path() / "roots"; }
  fs::path theirs() const { return folder_.path() / "theirs"; }

 private:
  TemporaryFolder folder_;
};

TEST_F(Rights, OfAUserMakeFilesOfThatUser) {
  {
    const FileRights rights(nobody);
    write_file(theirs() / "file", "text", 0600);
    make_folder(theirs() / "folder", 0700);
  }
  for (const auto* name : {"file", "folder"}) {
    struct stat status {};
    ASSERT_EQ(::stat((theirs() / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, nobody.uid) << name;
    EXPECT_EQ(status.st_gid, nobody.gid) << name;
  }
}

TEST_F(Rights, OfAUserReachNothingOfRootsByALink) {
  write_file(mine() / "file", "text", 0600);
  fs::create_symlink(mine(), theirs() / "link");
  ASSERT_EQ(::chmod(mine().c_str(), 0770), 0);  // root's groups count as little as root
  const FileRights rights(nobody);
  EXPECT_THROW(write_file(theirs() / "link" / "new", "text", 0600), Error);
  EXPECT_THROW(read_file(theirs() / "link" / "file", 100), Error);
  EXPECT_THROW(remove_file(theirs() / "link" / "file"), Error);
  EXPECT_THROW(make_folder(theirs() / "link" / "folder", 0700), Error);
}

TEST_F(Rights, AreRootsInOtherThreadsAndAfterwards) {
  std::promise<void> dropped;
  std::jthread other([&] {
    dropped.get_future().wait();
    EXPECT_NO_THROW(write_file(mine() / "other", "text", 0600));
  });
  {
    const FileRights rights(nobody);
    const FileRights nested(nobody);
    dropped.set_value();
    EXPECT_THROW(write_file(mine() / "same", "text", 0600), Error);
    other.join();
  }
  EXPECT_NO_THROW(write_file(mine() / "afterwards", "text", 0600));
}

TEST(RightsOfNobodyElse, AreOnesOwn) {
  const TemporaryFolder folder;
  const FileRights rights(std::nullopt);
  EXPECT_NO_THROW(write_file(folder.path() / "file", "text", 0600));
}

}  // namespace
}  // namespace nocloud
