#include "nocloud/ops/keyring.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "unit/ops/scene.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string uri = "qemu:///system";

class KeyringTest : public testing::Test {
 protected:
  Keyring keyring() const { return {home_.path() / "nocloud", home_.path()}; }
  static SshPeer peer(std::string_view address) {
    return {.endpoint = {.host = std::string(address), .port = 22},
            .host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0",
            .user = UserName::parse("debian"),
            .identity = "/keys/id"};
  }
  void remember(const VmName& name, std::string_view address, const std::string& where = uri) const {
    const auto who = peer(address);
    keyring().remember({.name = name, .endpoint = who.endpoint, .host_key = who.host_key, .uri = where}, who);
  }
  std::string known_hosts() const { return read_file(keyring().known_hosts(), 100'000); }
  mode_t mode_of(std::string_view file) const {
    struct stat status {};
    EXPECT_EQ(::stat((home_.path() / "nocloud" / file).c_str(), &status), 0) << file;
    return status.st_mode & 0777U;
  }

  TemporaryFolder home_;
  const VmName web00_ = VmName::parse("web00");
};

TEST_F(KeyringTest, AHostKeyFollowsFromTheName) {
  const auto key = keyring().host_key_of(web00_);
  EXPECT_EQ(keyring().host_key_of(web00_).public_key, key.public_key);
  EXPECT_NE(keyring().host_key_of(VmName::parse("web01")).public_key, key.public_key);
}

TEST_F(KeyringTest, WhereAGroupMeetsFollowsFromItsNameAndTheSecret) {
  const auto pftest = GroupName::parse("pftest");
  const auto point = keyring().meeting_point_of(pftest);
  EXPECT_EQ(keyring().meeting_point_of(pftest), point);
  EXPECT_NE(keyring().meeting_point_of(GroupName::parse("shop")), point);
  const Keyring others(home_.path() / "others", home_.path());
  EXPECT_NE(others.meeting_point_of(pftest), point) << "nobody else can work it out";
}

TEST_F(KeyringTest, SecretsAreTheCallersAlone) {
  keyring().host_key_of(web00_);
  keyring().identity();
  remember(web00_, "10.112.0.9");
  for (const auto* file : {"secret", "id_ed25519", "known_hosts", "ssh_config", "hosts/web00.conf"}) {
    EXPECT_EQ(mode_of(file), 0600U) << file;
  }
  for (const auto* folder : {"", "hosts"}) EXPECT_EQ(mode_of(folder), 0700U) << folder;
}

TEST_F(KeyringTest, ProcessesThatMakeTheSecretAtOnceAgreeOnIt) {
  std::vector<std::string> keys(8);
  std::vector<std::jthread> threads;
  for (auto& key : keys) threads.emplace_back([&] { key = keyring().host_key_of(web00_).public_key; });
  threads.clear();
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1U);
}

TEST_F(KeyringTest, ABrokenSecretIsRefusedNotReplaced) {
  keyring().host_key_of(web00_);
  write_file(home_.path() / "nocloud" / "secret", "short", 0600);
  const auto error = refusal_of([&] { keyring().host_key_of(web00_); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
  EXPECT_THAT(error.message(), HasSubstr("32 bytes"));
  EXPECT_EQ(read_file(home_.path() / "nocloud" / "secret", 100), "short");
}

TEST_F(KeyringTest, OurOwnKeyMayLogInBesideTheUsers) {
  const std::string users =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0 me";
  make_folder(home_.path() / ".ssh", 0700);
  write_file(home_.path() / ".ssh" / "id_ed25519.pub", users + "\n", 0644);
  const auto keys = keyring().authorized_keys().lines;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_NE(keys[0], users);
  EXPECT_EQ(keys[1], users);
}

TEST_F(KeyringTest, OurOwnKeyIsNamedOnceWhereverItLies) {
  keyring().identity();
  make_folder(home_.path() / ".ssh", 0700);
  std::filesystem::copy_file(home_.path() / "nocloud" / "id_ed25519.pub", home_.path() / ".ssh" / "ours.pub");
  EXPECT_EQ(keyring().authorized_keys().lines.size(), 1U);
}

TEST_F(KeyringTest, AKeyToLogInIsOneLineOfAPublicKey) {
  const auto key = peer("10.0.0.1").host_key;
  EXPECT_EQ(public_key_from(key + " eva@here"), key + " eva@here");
  for (const auto& wrong :
       {std::string(), std::string("ssh-ed25519"), key + "\n" + key, "# " + key, "# mine\n" + key,
        key.substr(0, 40), std::string("-----BEGIN OPENSSH PRIVATE KEY-----")}) {
    EXPECT_EQ(refusal_of([&] { public_key_from(wrong); }).kind(), ErrorKind::invalid_input) << wrong;
  }
}

TEST_F(KeyringTest, RemembersAndReplacesAndForgets) {
  remember(web00_, "10.112.0.9");
  EXPECT_THAT(known_hosts(), HasSubstr("10.112.0.9"));
  remember(web00_, "10.112.0.10");
  EXPECT_THAT(known_hosts(), HasSubstr("10.112.0.10"));
  EXPECT_EQ(std::ranges::count(known_hosts(), '\n'), 1);
  keyring().forget(web00_, uri);
  EXPECT_EQ(known_hosts(), "");
}

TEST_F(KeyringTest, LinesOfOthersStay) {
  make_folder(home_.path() / "nocloud", 0700);
  write_file(keyring().known_hosts(), "github.com ssh-ed25519 AAAA\n", 0600);
  remember(web00_, "10.112.0.9");
  keyring().forget(web00_, uri);
  EXPECT_EQ(known_hosts(), "github.com ssh-ed25519 AAAA\n");
}

TEST_F(KeyringTest, TheSameNameOfAnotherConnectionStays) {
  remember(web00_, "10.112.0.9");
  remember(web00_, "10.97.0.9", "qemu+ssh://other/system");
  keyring().forget(web00_, uri);
  EXPECT_THAT(known_hosts(), HasSubstr("10.97.0.9"));
  EXPECT_THAT(read_file(home_.path() / "nocloud" / "hosts" / "web00.conf", 10'000), HasSubstr("10.97.0.9"));
}

TEST_F(KeyringTest, AFileThatIsAsItShouldBeIsNotWrittenAnew) {
  const auto inode = [&] {
    struct stat status {};
    EXPECT_EQ(::stat(keyring().known_hosts().c_str(), &status), 0);
    return status.st_ino;
  };
  remember(web00_, "10.112.0.9");
  // Its link keeps the inode from being given to a new file.
  std::filesystem::create_hard_link(keyring().known_hosts(), home_.path() / "link");
  const auto before = inode();
  remember(web00_, "10.112.0.9");
  EXPECT_EQ(inode(), before);
  remember(web00_, "10.112.0.10");
  EXPECT_NE(inode(), before);
}

TEST_F(KeyringTest, SshFindsEveryVmInOneConfiguration) {
  remember(web00_, "10.112.0.9");
  const auto hosts = home_.path() / "nocloud" / "hosts";
  EXPECT_EQ(read_file(keyring().ssh_config(), 1000), fmt::format("Include \"{}/*.conf\"\n", hosts.string()));
  EXPECT_THAT(read_file(hosts / "web00.conf", 10'000), HasSubstr("Host web00"));
  EXPECT_THAT(read_file(hosts / "web00.conf", 10'000), Not(HasSubstr("StrictHostKeyChecking no")));
  keyring().forget(web00_, uri);
  EXPECT_FALSE(std::filesystem::exists(hosts / "web00.conf"));
}

TEST_F(KeyringTest, ForgetsAlsoWhenKnownHostsIsGone) {
  remember(web00_, "10.112.0.9");
  std::filesystem::remove(keyring().known_hosts());
  keyring().forget(web00_, uri);
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "nocloud" / "hosts" / "web00.conf"));
}

TEST_F(KeyringTest, ForgettingMakesNoFolder) {
  keyring().forget(web00_, uri);
  EXPECT_FALSE(std::filesystem::exists(home_.path() / "nocloud"));
}

TEST_F(KeyringTest, ManyAtOnceAreAllRemembered) {
  std::vector<std::jthread> threads;
  for (int side = 0; side < 4; ++side) {
    threads.emplace_back([&, side] {
      for (int i = 0; i < 5; ++i) {
        remember(VmName::parse(fmt::format("vm-{}-{}", side, i)), fmt::format("10.112.{}.{}", side, i + 1));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(std::ranges::count(known_hosts(), '\n'), 20);
}

TEST_F(KeyringTest, AHeldKnownHostsIsWaitedForAndToldAndCanBeEnded) {
  keyring().remember_keys({});
  const auto held = FileLock::acquire(home_.path() / "nocloud" / "known_hosts.lock");
  std::stop_source stop;
  std::string told;
  const Keyring mine(home_.path() / "nocloud", home_.path(),
                     {.on_long_wait =
                          [&](auto subject, auto what) {
                            told = fmt::format("{}: {}", subject, what);
                            stop.request_stop();
                          }},
                     stop.get_token());
  EXPECT_EQ(refusal_of([&] { mine.remember_keys({}); }).kind(), ErrorKind::interrupted);
  EXPECT_THAT(told, testing::StartsWith("known_hosts: waiting for process "));
}

TEST_F(KeyringTest, AHeldKnownHostsIsWaitedForNoLongerThanAllowed) {
  keyring().remember_keys({});
  const auto held = FileLock::acquire(home_.path() / "nocloud" / "known_hosts.lock");
  const Keyring mine(home_.path() / "nocloud", home_.path(), {.limit = std::chrono::seconds(0)});
  EXPECT_EQ(refusal_of([&] { mine.remember_keys({}); }).kind(), ErrorKind::timed_out);
}

}  // namespace
}  // namespace nocloud::test
