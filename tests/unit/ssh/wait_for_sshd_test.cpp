#include <chrono>
#include <memory>
#include <thread>

#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "unit/ssh/listener.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

/// With a real server, reached through stand-ins that get in the way.
class WaitForSshd : public testing::Test {
 protected:
  void SetUp() override {
    if (!Sshd::installed()) GTEST_SKIP() << "there is no sshd here (Debian: openssh-server)";
    sshd_ = std::make_unique<Sshd>();
  }

  SshPeer peer_through(std::uint16_t port) const {
    auto peer = sshd_->peer();
    peer.endpoint.port = port;
    return peer;
  }
  std::uint16_t sshd_port() const { return sshd_->peer().endpoint.port; }

  std::unique_ptr<Sshd> sshd_;
};

TEST_F(WaitForSshd, LogsIn) {
  const auto progress = LibSsh().wait_for(sshd_->peer(), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_EQ(progress.obstacle, "");
}

TEST_F(WaitForSshd, VerifiesWithoutALogin) {
  sshd_->authorize("");
  const auto progress =
      LibSsh().wait_for(sshd_->peer(), {.until = SshStage::host_key_verified, .deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::host_key_verified) << progress.obstacle;
}

TEST_F(WaitForSshd, ComesWhenThePortOpensLate) {
  const ReservedPort port;
  std::unique_ptr<Listener> late;
  std::jthread opener([&] {
    std::this_thread::sleep_for(300ms);
    late = std::make_unique<Listener>(
        port, [&](int connection, int, const auto& ends) { relay(connection, sshd_port(), ends); });
  });
  const auto progress = LibSsh().wait_for(peer_through(port.number()), {.deadline = in(60s)});
  opener.join();
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_EQ(late->visitors(), 1);
}

TEST_F(WaitForSshd, GetsPastConnectionsThatHang) {
  const Listener relay_without_guest([&](int connection, int number, const auto& ends) {
    if (number < 3) return stay(connection, ends);
    relay(connection, sshd_port(), ends);
  });
  const auto progress = LibSsh().wait_for(peer_through(relay_without_guest.port()), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
}

TEST_F(WaitForSshd, GetsPastConnectionsThatAreReset) {
  const Listener refusing([&](int connection, int number, const auto& ends) {
    if (number < 10) return reset_on_close(connection);
    relay(connection, sshd_port(), ends);
  });
  const auto progress = LibSsh().wait_for(peer_through(refusing.port()), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
}

TEST_F(WaitForSshd, FollowsAGuestThatBootsBehindARelay) {
  const auto started = std::chrono::steady_clock::now();
  const Listener booting([&](int connection, int, const auto& ends) {
    const auto age = std::chrono::steady_clock::now() - started;
    if (age < 1800ms) return stay(connection, ends);
    if (age < 2600ms) return reset_on_close(connection);
    relay(connection, sshd_port(), ends);
  });
  const auto progress = LibSsh().wait_for(peer_through(booting.port()), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
}

TEST_F(WaitForSshd, HasPatienceWithASlowOne) {
  const Listener slow([&](int connection, int, const auto& ends) {
    std::this_thread::sleep_for(3s);
    relay(connection, sshd_port(), ends);
  });
  const auto progress = LibSsh().wait_for(peer_through(slow.port()), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_LE(slow.visitors(), 8);
}

TEST_F(WaitForSshd, EndsAtAnotherHostKey) {
  auto peer = sshd_->peer();
  peer.host_key = ssh_key_from_seed(seed_of(9), "").public_key;
  const auto progress = LibSsh().wait_for(peer, {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::banner);
  EXPECT_THAT(progress.obstacle,
              AllOf(HasSubstr(fingerprint(parse_public_key(peer.host_key)->blob)),
                    HasSubstr(fingerprint(parse_public_key(sshd_->peer().host_key)->blob))));
}

TEST_F(WaitForSshd, EndsAtAnotherTypeOfHostKey) {
  const auto ecdsa = (sshd_->folder() / "ecdsa").string();
  output_of({"ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", ecdsa});
  const Sshd other({.config = "HostKeyAlgorithms ecdsa-sha2-nistp256\nHostKey " + ecdsa});
  const auto progress = LibSsh().wait_for(other.peer(), {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::banner);
  EXPECT_THAT(progress.obstacle, HasSubstr("it proves to hold the ecdsa-sha2-nistp256 key SHA256:"));
}

TEST_F(WaitForSshd, TakesAPinnedKeyOfAnotherType) {
  const auto ecdsa = (sshd_->folder() / "ecdsa").string();
  output_of({"ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", ecdsa});
  const Sshd other({.config = "HostKey " + ecdsa});
  auto peer = other.peer();
  peer.host_key = read_file(ecdsa + ".pub", 4096);
  const auto progress = LibSsh().wait_for(peer, {.deadline = in(60s)});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
}

TEST_F(WaitForSshd, WaitsUntilTheKeyMayLogIn) {
  const auto keys = read_file(sshd_->folder() / "authorized_keys", 4096);
  sshd_->authorize("");
  std::jthread cloud_init([&] {
    std::this_thread::sleep_for(1200ms);
    sshd_->authorize(keys);
  });
  std::string obstacle;
  const auto progress =
      LibSsh().wait_for(sshd_->peer(), {.deadline = in(60s), .watch = [&](const SshProgress& told) {
                                          if (told.reached == SshStage::host_key_verified)
                                            obstacle += told.obstacle;
                                        }});
  EXPECT_EQ(progress.reached, SshStage::logged_in) << progress.obstacle;
  EXPECT_THAT(obstacle, HasSubstr("the guest refuses to log in"));
}

/// Wherever a conversation stops, the wait ends in time and libssh2 leaves nothing behind (which the address
/// sanitizer's leak check sees).
TEST_F(WaitForSshd, SurvivesAStallOrAnEndAnywhere) {
  for (std::size_t bytes = 0; bytes < 4000; bytes += 211) {
    for (const bool stalls : {true, false}) {
      const Listener narrow([&](int connection, int, const auto& ends) {
        relay(connection, sshd_port(), ends, bytes);
        if (stalls) stay(connection, ends);
      });
      const auto progress = LibSsh().wait_for(peer_through(narrow.port()), {.deadline = in(150ms)});
      EXPECT_TRUE(progress.reached == SshStage::logged_in || !progress.obstacle.empty()) << bytes;
    }
  }
}

}  // namespace
}  // namespace nocloud::test
