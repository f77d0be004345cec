#include "nocloud/image/private_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/file/file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// A file two folders below one of ours.
class TakenFile : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(file.parent_path());
    for (const auto& around : {upper, file.parent_path()}) set_mode(around, 0755);
    write_file(file, "disk", 0644);
  }
  static void set_mode(const fs::path& path, mode_t mode) { ASSERT_EQ(::chmod(path.c_str(), mode), 0); }
  static bool is_copied(const fs::path& path) { return PrivateFile::taken(path, {}).is_copy(); }

  const TemporaryFolder folder;
  const fs::path upper = folder.path() / "upper";
  const fs::path file = upper / "lower" / "disk";
};

TEST_F(TakenFile, ThatOnlyWeCanChangeIsNotCopied) {
  EXPECT_FALSE(is_copied(file));
  EXPECT_EQ(PrivateFile::taken(file, {}).path(), fs::canonical(file));
}

TEST_F(TakenFile, ThatOthersCanWriteIsCopied) {
  for (const mode_t mode : {0664U, 0646U}) {
    set_mode(file, mode);
    EXPECT_TRUE(is_copied(file)) << mode;
  }
}

TEST_F(TakenFile, InAFolderThatOthersCanWriteIsCopied) {
  for (const auto& around : {upper, file.parent_path()}) {
    set_mode(around, 0777);
    EXPECT_TRUE(is_copied(file)) << around;
    set_mode(around, 01777);
    EXPECT_FALSE(is_copied(file)) << around << ": there nobody renames what is another's";
    set_mode(around, 0755);
  }
}

TEST_F(TakenFile, IsWhatALinkLeadsTo) {
  const auto link = folder.path() / "link";
  fs::create_symlink(file, link);
  EXPECT_EQ(PrivateFile::taken(link, {}).path(), fs::canonical(file));
  set_mode(file.parent_path(), 0777);
  EXPECT_TRUE(is_copied(link));
}

TEST_F(TakenFile, OfAnotherUserIsCopied) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  constexpr uid_t nobody = 65'534;
  for (const auto& given : {file, upper}) {
    ASSERT_EQ(::chown(given.c_str(), nobody, nobody), 0);
    EXPECT_TRUE(is_copied(file)) << given;
    ASSERT_EQ(::chown(given.c_str(), 0, 0), 0);
  }
}

}  // namespace
}  // namespace nocloud
