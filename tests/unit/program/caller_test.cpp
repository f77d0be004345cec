#include "nocloud/program/caller.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/program/machine.hpp"
#include "support/surroundings.hpp"

namespace nocloud::test {
namespace {

using testing::ElementsAre;

class CallerTest : public testing::Test {
 protected:
  void SetUp() override {
    surroundings_.set("SUDO_UID", std::nullopt);
    surroundings_.set("HOME", (folder_.path() / "home").string());
    surroundings_.set("XDG_DATA_HOME", std::nullopt);
    surroundings_.set("XDG_RUNTIME_DIR", runtime().string());
    make_folder(runtime(), 0700);
  }
  std::filesystem::path runtime() const { return folder_.path() / "run"; }

  Surroundings surroundings_;
  TemporaryFolder folder_;
};

TEST_F(CallerTest, FilesAreWhereTheEnvironmentSays) {
  EXPECT_EQ(find_caller().data_folder, folder_.path() / "home/.local/share/nocloud");
  EXPECT_EQ(find_caller().runtime_folder, runtime() / "nocloud");
  surroundings_.set("XDG_DATA_HOME", "/data");
  EXPECT_EQ(find_caller().data_folder, "/data/nocloud");
}

TEST_F(CallerTest, IsAUserOfThisMachine) {
  const auto owner = find_caller().owner;
  EXPECT_EQ(owner.uid, ::getuid());
  EXPECT_EQ(owner.machine, this_machine());
  EXPECT_EQ(owner.place, Owner::Place::elsewhere) << "until it is known where the hypervisor is";
}

TEST_F(CallerTest, LookingAroundMakesNothing) {
  surroundings_.set("XDG_RUNTIME_DIR", "/proc/no/such/folder");
  EXPECT_NO_THROW(find_caller()) << "--help needs no folder";
}

TEST_F(CallerTest, RootBySudoCountsAsWhoCalled) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  surroundings_.set("SUDO_UID", "65534");
  surroundings_.set("XDG_DATA_HOME", "/root/data");
  const auto caller = find_caller();
  EXPECT_EQ(caller.uid, 65534U);
  EXPECT_EQ(caller.owner.user, "nobody");
  EXPECT_EQ(caller.owner.uid, 65534U);
  EXPECT_NE(caller.data_folder, "/root/data/nocloud") << "that is root's, not the caller's";
  ASSERT_TRUE(caller.files);
  EXPECT_EQ(caller.files->uid, 65534U);
}

TEST_F(CallerTest, RootBySudoKeepsItsOwnFilesWhereTheCallerCanNotChangeThem) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  surroundings_.set("SUDO_UID", "65534");
  const auto caller = find_caller();
  for (const auto& folder : {caller.cache_folder, caller.runtime_folder}) {
    EXPECT_EQ(folder.string().find(caller.home.string() + "/."), std::string::npos) << folder;
    EXPECT_EQ(folder.string().find("/run/user"), std::string::npos) << folder;
    EXPECT_EQ(folder.string().find("nocloud-65534"), std::string::npos) << folder;
  }
}

TEST_F(CallerTest, LocksAreInOnePlaceWhateverTheEnvironmentSays) {
  const auto with = find_caller().lock_folders;
  ASSERT_FALSE(with.empty());
  EXPECT_EQ(with.front().filename(), "locks");
  EXPECT_EQ(with.front().string().find(folder_.path().string()), std::string::npos) << with.front();
  for (const char* name : {"XDG_RUNTIME_DIR", "HOME", "TMPDIR", "XDG_CACHE_HOME"}) {
    surroundings_.set(name, std::nullopt);
    EXPECT_EQ(find_caller().lock_folders, with) << name;
    surroundings_.set(name, "/elsewhere");
    EXPECT_EQ(find_caller().lock_folders, with) << name;
  }
}

TEST_F(CallerTest, RunsBeforeAndAfterALoginHaveLocksInOnePlace) {
  const uid_t uid = ::getuid() == 0 ? 65534U : ::getuid();
  if (::getuid() == 0) surroundings_.set("SUDO_UID", std::to_string(uid));
  const SharedFolders shared{.run = runtime(), .temporary = folder_.path() / "tmp"};
  make_folder(shared.temporary, 0755);
  const auto before = find_caller(shared).lock_folders;
  const auto session = runtime() / "user" / std::to_string(uid);
  make_folder(session, 0700);
  if (::getuid() == 0) {
    ASSERT_EQ(::chown(session.c_str(), uid, gid_t{uid}), 0);
  }
  const auto after = find_caller(shared).lock_folders;
  EXPECT_THAT(before, ElementsAre(shared.temporary / fmt::format("nocloud-{}", uid) / "locks"));
  EXPECT_THAT(after, ElementsAre(session / "nocloud" / "locks", before.front()));

  std::filesystem::create_symlink("/nonexistent", before.front().parent_path());
  EXPECT_THAT(find_caller(shared).lock_folders, ElementsAre(session / "nocloud" / "locks"))
      << "who made it in the user's place stops no run of a login";
  std::filesystem::remove_all(shared.temporary);
  EXPECT_THAT(find_caller(shared).lock_folders, ElementsAre(session / "nocloud" / "locks"))
      << "nor does a /tmp that cannot be written";
}

TEST_F(CallerTest, RootHasItsLocksInOnePlace) {
  if (::getuid() != 0) GTEST_SKIP() << "only root is root";
  const SharedFolders shared{.run = runtime(), .temporary = folder_.path() / "tmp"};
  const auto with = find_caller(shared).lock_folders;
  EXPECT_THAT(with, ElementsAre(runtime() / "nocloud" / "locks"));
  surroundings_.set("XDG_RUNTIME_DIR", std::nullopt);
  EXPECT_EQ(find_caller(shared).lock_folders, with);
}

TEST_F(CallerTest, RootByRootIsRoot) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  for (const auto* uid : {"0", "", "-1", "x", "4294967296"}) {
    surroundings_.set("SUDO_UID", uid);
    EXPECT_EQ(find_caller().uid, 0U) << uid;
  }
}

TEST_F(CallerTest, AnOrdinaryUserIsNotBelievedToBeAnother) {
  if (::getuid() == 0) GTEST_SKIP() << "root is";
  surroundings_.set("SUDO_UID", "65534");
  EXPECT_EQ(find_caller().uid, ::getuid());
}

TEST_F(CallerTest, TheRuntimeFolderIsMadeForTheCallerAlone) {
  const auto caller = find_caller();
  claim_runtime_folder(caller);
  struct stat status {};
  ASSERT_EQ(::stat(caller.runtime_folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  EXPECT_TRUE(std::filesystem::is_directory(caller.lock_folders.front().parent_path()));
  EXPECT_NO_THROW(claim_runtime_folder(caller));
}

TEST_F(CallerTest, AnothersRuntimeFolderIsRefused) {
  make_folder(runtime() / "nocloud", 0700);
  ASSERT_EQ(::chmod((runtime() / "nocloud").c_str(), 0777), 0);
  EXPECT_THROW(claim_runtime_folder(find_caller()), Error);
  std::filesystem::remove(runtime() / "nocloud");
  std::filesystem::create_symlink("/tmp", runtime() / "nocloud");
  EXPECT_THROW(claim_runtime_folder(find_caller()), Error);
}

TEST_F(CallerTest, AnotherPlaceForLocksIsRefused) {
  auto caller = find_caller();
  caller.lock_folders = {runtime() / "link" / "locks"};
  std::filesystem::create_symlink("/tmp", runtime() / "link");
  EXPECT_THROW(claim_runtime_folder(caller), Error);
}

}  // namespace
}  // namespace nocloud::test
