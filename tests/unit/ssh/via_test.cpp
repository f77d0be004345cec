#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/ssh/known_hosts.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "nocloud/ssh/ssh_config.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

Clock::TimePoint in(Clock::Duration time) {
  return std::chrono::steady_clock::now() + time;
}

/// A guest that can be reached from the machine `jump` only. The test's `ssh` is the real one with a
/// configuration that knows that machine.
class Via : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("ssh")) GTEST_SKIP() << "there is no ssh here (Debian: openssh-client)";
    if (!Sshd::installed()) GTEST_SKIP() << "there is no sshd here (Debian: openssh-server)";
    jump_ = std::make_unique<Sshd>();
    guest_ = std::make_unique<Sshd>(Sshd::Options{.host_seed = 3, .login_seed = 4});
    const auto known_hosts = Via::known_hosts();
    const SshClientSetup jump{
        .name = VmName::parse("jump"), .peer = jump_->peer(), .known_hosts = known_hosts, .uri = "test:///"};
    write_file(known_hosts,
               with_known_host("", {.name = jump.name,
                                    .endpoint = jump.peer.endpoint,
                                    .host_key = jump.peer.host_key,
                                    .uri = "test:///"}),
               0600);
    config_ = ssh_config_block(jump);
    write_config(config_);
    make_folder(folder_.path() / "bin", 0700);
    write_file(folder_.path() / "bin" / "ssh",
               "#!/bin/sh\nexec " + find_program("ssh").value() + " -F " +
                   (folder_.path() / "config").string() + " \"$@\"\n",
               0700);
    ::setenv("PATH", ((folder_.path() / "bin").string() + ":" + path_).c_str(), 1);
  }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  SshPeer guest() const {
    auto peer = guest_->peer();
    peer.endpoint.via = "jump";
    return peer;
  }

  std::filesystem::path known_hosts() const { return folder_.path() / "known_hosts"; }
  void write_config(const std::string& text) const { write_file(folder_.path() / "config", text, 0600); }

  /// What OpenSSH gets of the guest, by what we write for it.
  std::string answer(const SshPeer& peer) const {
    const KnownHost guest{.name = VmName::parse("guest"), .host_key = peer.host_key, .uri = "test:///"};
    const auto known = folder_.path() / "known_guests";
    write_file(known, with_known_host("", guest), 0600);
    auto arguments =
        ssh_arguments({.name = guest.name, .peer = peer, .known_hosts = known, .uri = guest.uri});
    arguments.insert(arguments.begin() + 1, {"-n", "-o", "BatchMode=yes"});
    arguments.insert(arguments.end(), "echo in");
    const auto done = run_process(arguments, {.limit = 60s});
    return done.output + done.errors;
  }

  TemporaryFolder folder_;
  std::string config_;
  std::string path_ = std::getenv("PATH");
  std::unique_ptr<Sshd> jump_;
  std::unique_ptr<Sshd> guest_;
};

TEST_F(Via, TheGuestIsLoggedInto) {
  const auto progress = LibSsh().wait_for(guest(), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
}

TEST_F(Via, TheGuestsOwnHostKeyCounts) {
  auto other = guest();
  other.host_key = jump_->peer().host_key;
  const auto progress = LibSsh().wait_for(other, {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::banner);
  EXPECT_THAT(progress.obstacle, testing::HasSubstr("another machine"));
}

TEST_F(Via, ACommandRuns) {
  std::string output;
  const CommandSinks sinks{.output = [&](std::string_view text) { output += text; }, .errors = {}};
  EXPECT_EQ(LibSsh().run(guest(), "echo in; exit 5", sinks, in(60s), {}), 5);
  EXPECT_EQ(output, "in\n");
}

TEST_F(Via, AGuestThatRefusesIsNotReached) {
  const ReservedPort port;
  auto nobody = guest();
  nobody.endpoint.port = port.number();
  const auto progress = LibSsh().wait_for(nobody, {.deadline = in(2s)});
  EXPECT_EQ(progress.reached, SshStage::silent);
  EXPECT_THAT(progress.obstacle, testing::HasSubstr("jump"));
  EXPECT_THAT(progress.obstacle, testing::HasSubstr("Connection refused")) << "in ssh's own words";
}

TEST_F(Via, AMachineThatRefusesUsSaysSo) {
  jump_->authorize("");
  const auto progress = LibSsh().wait_for(guest(), {.deadline = in(2s)});
  EXPECT_EQ(progress.reached, SshStage::silent);
  EXPECT_THAT(progress.obstacle, testing::HasSubstr("Permission denied"));
}

/// By user, port and key in its name, and nothing in the user's file but what host key it has.
TEST_F(Via, UserPortAndKeyLeadThere) {
  const auto peer = jump_->peer();
  write_config("Host 127.0.0.1\n HostKeyAlias " + host_key_alias(VmName::parse("jump"), "test:///") +
               "\n UserKnownHostsFile " + known_hosts().string() + "\n IdentitiesOnly yes\n");
  write_file(folder_.path() / "the key's", read_file(peer.identity, 4096), 0600);
  auto guest = Via::guest();
  guest.endpoint.via = fmt::format("ssh://{}@127.0.0.1:{}", peer.user, peer.endpoint.port);
  EXPECT_EQ(LibSsh().wait_for(guest, {.deadline = in(2s)}).reached, SshStage::silent) << "it needs the key";
  guest.endpoint.via_key = (folder_.path() / "the key's").string();
  const auto progress = LibSsh().wait_for(guest, {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_EQ(answer(guest), "in\n");
}

TEST_F(Via, OpenSshGoesTheSameWay) {
  EXPECT_EQ(answer(guest()), "in\n");
}

/// What users want in sessions, and what would keep a mere way from being one.
TEST_F(Via, TheUsersFileForSessionsDoesNotHarmTheWay) {
  const ReservedPort taken;
  write_config(fmt::format("Host *\n RemoteCommand tmux\n RequestTTY force\n PermitLocalCommand yes\n"
                           " LocalCommand touch {0}/local\n LocalForward {1} localhost:1\n ForwardAgent yes\n"
                           " ExitOnForwardFailure yes\n ControlMaster auto\n ControlPersist 60\n"
                           " ControlPath {0}/control\n LogLevel QUIET\n",
                           folder_.path().string(), taken.number()) +
               config_);
  const auto progress = LibSsh().wait_for(guest(), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_EQ(answer(guest()), "in\n");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "local"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "control"));
}

}  // namespace
}  // namespace nocloud::test
