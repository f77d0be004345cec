#include "nocloud/ops/locks.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/keyring.hpp"
#include "support/refusal.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string host_uri = "qemu:///system";
const std::string digits(12, 'a');

class LocksTest : public testing::Test {
 protected:
  std::filesystem::path folder() const { return home_.path() / "locks"; }
  TemporaryFolder home_;
};

TEST_F(LocksTest, KeepTwoRunsApart) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Locks locks(folder(), host_uri);
      for (int round = 0; round < 5; ++round) {
        const auto held = locks.acquire("web00", {});
        if (const int now = ++inside; now > most) most = now;
        --inside;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(most, 1);
}

TEST_F(LocksTest, OtherNamesAndConnectionsDoNotWait) {
  const Locks here(folder(), host_uri);
  const Locks elsewhere(folder(), "qemu:///session");
  const auto fail = [] { ADD_FAILURE() << "it waits"; };
  const auto first = here.acquire("web00", {}, fail);
  const auto second = here.acquire("web01", {}, fail);
  const auto third = elsewhere.acquire("web00", {}, fail);
}

TEST_F(LocksTest, GoOnWhereALoginHasTakenItsFolderWithIt) {
  const auto session = home_.path() / "session";
  const Locks during(std::vector{session / "locks", folder()}, host_uri);
  { const auto held = during.acquire("web00", {}); }
  std::filesystem::remove_all(session);
  write_file(session, "no folder", 0600);
  const auto held = during.acquire("web00", {});
  EXPECT_EQ(Locks(folder(), host_uri).holder_of("web00"), ::getpid());
  const Locks only(std::vector{session / "locks"}, host_uri);
  EXPECT_THROW(only.acquire("web00", {}), Error);
}

TEST_F(LocksTest, RunsMeetInAFolderThatBothHave) {
  const auto session = home_.path() / "session";
  const Locks before(folder(), host_uri);
  const Locks after(std::vector{session, folder()}, host_uri);
  const auto expect_kept_apart = [](const Locks& first, const Locks& second) {
    std::stop_source stop;
    {
      const auto held = first.acquire("web00", {});
      EXPECT_EQ(second.holder_of("web00"), ::getpid());
      const auto error =
          refusal_of([&] { second.acquire("web00", stop.get_token(), [&] { stop.request_stop(); }); });
      EXPECT_EQ(error.kind(), ErrorKind::interrupted);
    }
    EXPECT_FALSE(second.holder_of("web00"));
    const auto free = second.acquire("web00", {}, [] { ADD_FAILURE() << "it waits"; });
  };
  expect_kept_apart(before, after);
  expect_kept_apart(after, before);
  expect_kept_apart(after, after);
  const auto shared = after.acquire_shared("use=images", {});
  const auto with_it = before.acquire_shared("use=images", {});
}

TEST_F(LocksTest, FilesOfLocksGoFromEachFolder) {
  const auto session = home_.path() / "session";
  { const auto held = Locks(std::vector{session, folder()}, host_uri).acquire("web00", {}); }
  EXPECT_TRUE(std::filesystem::is_empty(session));
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

TEST_F(LocksTest, WaitingIsToldAndCanBeEnded) {
  const Locks locks(folder(), host_uri);
  const auto held = locks.acquire("web00", {});
  std::stop_source stop;
  int told = 0;
  const auto error = refusal_of([&] {
    locks.acquire("web00", stop.get_token(), [&] {
      ++told;
      stop.request_stop();
    });
  });
  EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  EXPECT_EQ(told, 1);
}

TEST_F(LocksTest, APartOfTheWorkHasItsOwnLimit) {
  const Locks locks(folder(), host_uri, {.limit = std::chrono::hours(1)});
  const auto part = locks.limited_to(std::chrono::seconds(1));
  const auto held = locks.acquire("web00", {});
  EXPECT_THAT(refusal_of([&] { part.acquire("web00", {}); }).message(), HasSubstr("within 1 s"));
  EXPECT_THAT(refusal_of([&] { part.limited_to(std::nullopt).acquire("web00", {}); }).message(),
              HasSubstr("within 1 s"));
}

TEST_F(LocksTest, AreWaitedForAsLongAsTheUserAllows) {
  const Locks others(folder(), host_uri);
  const auto held = others.acquire("web00", {});
  std::string told;
  const auto listen = [&](std::string_view subject, std::string_view what) {
    told = fmt::format("{}: {}", subject, what);
  };
  const Locks locks(folder(), host_uri, {.limit = std::chrono::seconds(2), .on_long_wait = listen});
  const auto error = refusal_of([&] { locks.acquire("web00", {}); });
  EXPECT_EQ(error.kind(), ErrorKind::timed_out);
  const auto me = fmt::format("process {} (", ::getpid());
  EXPECT_THAT(error.message(), testing::AllOf(HasSubstr(me), HasSubstr("web00"), HasSubstr("within 2 s")));
  EXPECT_THAT(told, StartsWith("web00: waiting for " + me));
}

TEST_F(LocksTest, AreWaitedForAsLongAsTheWorkUsuallyTakesWhereTheUserSaysNothing) {
  const Locks locks(folder(), host_uri);
  const auto held = locks.acquire("web00", {});
  EXPECT_EQ(refusal_of([&] { locks.acquire("web00", {}, {}, std::chrono::seconds(0)); }).kind(),
            ErrorKind::timed_out);
}

TEST_F(LocksTest, RemoveNothingButTheirOwnKindOfFile) {
  make_folder(folder(), 0700);
  for (const std::string& name : {std::string("notes.txt"), std::string("web00.lock"), digits + "-web00",
                                  "A" + digits + "-x.lock", std::string(12, 'g') + "-x.lock"}) {
    write_file(folder() / name, "", 0600);
  }
  ASSERT_EQ(::mkfifo((folder() / (digits + "-fifo.lock")).c_str(), 0600), 0);
  std::filesystem::create_symlink("notes.txt", folder() / (digits + "-link.lock"));
  write_file(folder() / (digits + "-killed.lock"), "", 0600);
  { const Locks locks(folder(), host_uri); }
  EXPECT_FALSE(std::filesystem::exists(folder() / (digits + "-killed.lock")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder()), {}), 7);
}

TEST_F(LocksTest, RemoveNothingWhereALinkLeads) {
  const auto precious = home_.path() / "precious" / (digits + "-web00.lock");
  make_folder(precious.parent_path(), 0700);
  write_file(precious, "", 0600);
  std::filesystem::create_directory_symlink(precious.parent_path(), folder());
  { const Locks locks(folder(), host_uri); }
  EXPECT_TRUE(std::filesystem::exists(precious));
}

TEST_F(LocksTest, LieInAFolderThatNobodyElseEnters) {
  const Locks locks(folder(), host_uri);
  const auto held = locks.acquire("web00", {});
  EXPECT_EQ(std::filesystem::status(folder()).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(LocksTest, NothingIsLeftBehind) {
  { const auto held = Locks(folder(), host_uri).acquire("web00", {}); }
  EXPECT_TRUE(std::filesystem::is_empty(folder()));
}

/// Root that runs for `nobody`, as sudo does, in folders that `nobody` may change.
class BySudo : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
    ASSERT_EQ(::chmod(top_.path().c_str(), 0755), 0);
    make_folder(home(), 0700);
    ASSERT_EQ(::chown(home().c_str(), nobody.uid, nobody.gid), 0);
    make_folder(roots(), 0755);
  }
  std::filesystem::path home() const { return top_.path() / "home"; }
  /// A folder of root's, which anybody may read.
  std::filesystem::path roots() const { return top_.path() / "roots"; }
  std::ptrdiff_t files_of_root() const {
    return std::distance(std::filesystem::directory_iterator(roots()), {});
  }
  void expect_all_is_nobodys() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(home())) {
      struct stat status {};
      ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
      EXPECT_EQ(status.st_uid, nobody.uid) << entry.path();
    }
  }

  const FileUser nobody{.uid = 65534, .gid = 65534};
  const LockHabits habits{.user = nobody};
  const VmName web00 = VmName::parse("web00");

 private:
  TemporaryFolder top_;
};

TEST_F(BySudo, LocksAreTheCallers) {
  const Locks locks(home() / "locks", host_uri, habits);
  const auto held = locks.acquire("web00", {});
  expect_all_is_nobodys();
  EXPECT_FALSE(std::filesystem::is_empty(home() / "locks"));
}

TEST_F(BySudo, LocksAreNeitherMadeNorRemovedWhereALinkLeads) {
  write_file(roots() / (digits + "-web00.lock"), "", 0644);
  std::filesystem::create_directory_symlink(roots(), home() / "locks");
  {
    const Locks locks(home() / "locks", host_uri, habits);
    EXPECT_THROW(locks.acquire("web00", {}), Error);
  }
  EXPECT_EQ(files_of_root(), 1);
}

TEST_F(BySudo, RootRemovesNothingInTheCallersFolder) {
  const auto file = home() / (digits + "-web00.lock");
  write_file(file, "", 0644);
  { const Locks locks(home(), host_uri); }
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(BySudo, ALockThatTheCallerCouldNotMakeIsNotRemoved) {
  const auto file = roots() / (hex(bytes_of(sha256(host_uri))).substr(0, 12) + "-web00.lock");
  write_file(file, "", 0644);
  {
    const Locks locks(roots(), host_uri, habits);
    const auto held = locks.acquire("web00", {});
  }
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(BySudo, KeysAreNotWrittenWhereALinkLeads) {
  std::filesystem::create_directory_symlink(roots(), home() / "nocloud");
  const Keyring keyring(home() / "nocloud", home(), habits);
  EXPECT_THROW(keyring.host_key_of(web00), Error);
  EXPECT_THROW(keyring.identity(), Error);
  EXPECT_THROW(keyring.authorized_keys(), Error);
  EXPECT_THROW(keyring.remember_keys({}), Error);
  EXPECT_THROW(keyring.forget(web00, host_uri), Error);
  EXPECT_EQ(files_of_root(), 0);
}

TEST_F(BySudo, KeysAreTheCallers) {
  const Keyring keyring(home() / "nocloud", home(), habits);
  const auto key = keyring.host_key_of(web00);
  keyring.authorized_keys();
  const Endpoint endpoint{.host = "10.0.0.1", .port = 22};
  keyring.remember({.name = web00, .endpoint = endpoint, .host_key = key.public_key, .uri = host_uri},
                   {.endpoint = endpoint,
                    .host_key = key.public_key,
                    .user = UserName::parse("debian"),
                    .identity = keyring.identity()});
  expect_all_is_nobodys();
}

}  // namespace
}  // namespace nocloud::test
