#include "nocloud/ssh/libssh.hpp"

#include <thread>

#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Clock::TimePoint in(Clock::Duration time) {
  return std::chrono::steady_clock::now() + time;
}

class RealSshd : public testing::Test {
 protected:
  void SetUp() override {
    if (!Sshd::installed()) GTEST_SKIP() << "there is no sshd here (Debian: openssh-server)";
  }

  static CommandResult run(const SshPeer& peer, std::string_view command) {
    CommandResult result;
    const CommandSinks sinks{.output = [&](std::string_view text) { result.output += text; },
                             .errors = [&](std::string_view text) { result.errors += text; }};
    result.exit_code = LibSsh().run(peer, command, sinks, in(60s), {});
    return result;
  }
};

TEST_F(RealSshd, IsLoggedInto) {
  const Sshd sshd;
  const auto progress = LibSsh().wait_for(sshd.peer(), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_EQ(progress.obstacle, "");
}

TEST_F(RealSshd, IsVerifiedWithoutLogin) {
  const Sshd sshd;
  sshd.authorize("");
  const auto progress =
      LibSsh().wait_for(sshd.peer(), {.until = SshStage::host_key_verified, .deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::host_key_verified) << progress.obstacle;
}

TEST_F(RealSshd, RunsACommand) {
  const Sshd sshd;
  const auto result = run(sshd.peer(), "echo out; echo err >&2; exit 7");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
}

}  // namespace
}  // namespace nocloud::test
