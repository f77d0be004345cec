#include <chrono>
#include <cstdlib>

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
    const auto known_hosts = folder_.path() / "known_hosts";
    const SshClientSetup jump{
        .name = VmName::parse("jump"), .peer = jump_->peer(), .known_hosts = known_hosts};
    write_file(known_hosts,
               with_known_host("", {.name = jump.name,
                                    .endpoint = jump.peer.endpoint,
                                    .host_key = jump.peer.host_key,
                                    .uri = "test:///"}),
               0600);
    write_file(folder_.path() / "config", ssh_config_block(jump), 0600);
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

  TemporaryFolder folder_;
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
}

}  // namespace
}  // namespace nocloud::test
