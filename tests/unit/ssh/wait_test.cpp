#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "support/refusal.hpp"
#include "unit/ssh/listener.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Waits for guests that need no server behind them.
class Wait : public testing::Test {
 protected:
  Wait() { write_file(folder_.path() / "key", ssh_key_from_seed(seed_of(2), "").private_key, 0600); }

  SshPeer peer(std::uint16_t port) const {
    return {.endpoint = {.host = "127.0.0.1", .port = port},
            .host_key = ssh_key_from_seed(seed_of(1), "").public_key,
            .user = UserName::parse("somebody"),
            .identity = folder_.path() / "key"};
  }

  SshProgress wait(std::uint16_t port, Clock::Duration time = 600ms) const {
    return LibSsh().wait_for(peer(port), {.deadline = in(time)});
  }

  TemporaryFolder folder_;
};

TEST_F(Wait, SaysThatConnectionsAreRefused) {
  const ReservedPort port;
  const auto progress = wait(port.number());
  EXPECT_EQ(progress.reached, SshStage::silent);
  EXPECT_EQ(progress.obstacle, "connection refused");
}

TEST_F(Wait, SaysThatNothingIsSaid) {
  const Listener silent([](int connection, int, const auto& ends) { stay(connection, ends); });
  const auto progress = wait(silent.port());
  EXPECT_EQ(progress.reached, SshStage::port_open);
  EXPECT_EQ(progress.obstacle, "it accepts connections, but says nothing");
}

TEST_F(Wait, ShowsAWebServer) {
  const Listener web([](int connection, int, const auto& ends) {
    say(connection, "HTTP/1.1 400 Bad Request\r\nServer: x\x1b[2J\r\n\r\n");
    stay(connection, ends);
  });
  const auto progress = wait(web.port());
  EXPECT_EQ(progress.reached, SshStage::port_open);
  EXPECT_THAT(progress.obstacle, HasSubstr("'HTTP/1.1 400 Bad Request'"));
}

TEST_F(Wait, ShowsWhatIsSaidBeforeSilence) {
  const Listener mail([](int connection, int, const auto& ends) {
    say(connection, "220 mail.example.com\r\n");
    stay(connection, ends);
  });
  const auto progress = wait(mail.port());
  EXPECT_EQ(progress.reached, SshStage::port_open);
  EXPECT_THAT(progress.obstacle, HasSubstr("'220 mail.example.com'"));
}

TEST_F(Wait, ShowsWhatIsSaidBeforeHangingUp) {
  const Listener busy(
      [](int connection, int, const auto&) { say(connection, "Exceeded Max\x1bStartups\r\n"); });
  const auto progress = wait(busy.port());
  EXPECT_EQ(progress.reached, SshStage::port_open);
  EXPECT_THAT(progress.obstacle, HasSubstr("Exceeded Max\\x1bStartups"));
}

TEST_F(Wait, DoesNotListenToGarbageForEver) {
  const Listener flood([](int connection, int, const auto& ends) {
    const std::string garbage(65536, 'x');
    for (int i = 0; i < 64 && !ends; ++i) say(connection, garbage);
  });
  const auto progress = wait(flood.port(), 1s);
  EXPECT_EQ(progress.reached, SshStage::port_open);
  EXPECT_THAT(progress.obstacle, HasSubstr("no SSH server: it says 'xxx"));
  EXPECT_LT(progress.obstacle.size(), 200U);
}

TEST_F(Wait, DoesNotListenToPacketsForEver) {
  const Listener flood([](int connection, int, const auto& ends) {
    say(connection, "SSH-2.0-flood\r\n");
    // Packets that an SSH client has to ignore: length 12, padding 4, SSH_MSG_IGNORE, a string of two.
    std::string packets;
    while (packets.size() < 65536) packets += std::string("\0\0\0\x0c\x04\x02\0\0\0\x02xxpppp", 16);
    for (int i = 0; i < 64 && !ends; ++i) say(connection, packets);
  });
  const auto progress = wait(flood.port(), 1s);
  EXPECT_EQ(progress.reached, SshStage::banner);
}

TEST_F(Wait, SaysThatConnectionsAreClosedAtOnce) {
  const Listener closing([](int, int, const auto&) {});
  const auto progress = wait(closing.port());
  EXPECT_EQ(progress.reached, SshStage::port_open);
  EXPECT_EQ(progress.obstacle, "it accepts connections and closes them at once");
  EXPECT_GT(closing.visitors(), 4);
}

TEST_F(Wait, TakesAResetForAClose) {
  const Listener resetting([](int connection, int, const auto&) { reset_on_close(connection); });
  const auto progress = wait(resetting.port());
  EXPECT_EQ(progress.obstacle, "it accepts connections and closes them at once");
}

TEST_F(Wait, SaysThatTheKeyExchangeHangs) {
  const Listener stalled([](int connection, int, const auto& ends) {
    say(connection, "welcome\r\nSSH-2.0-stalled\r\n");
    stay(connection, ends);
  });
  const auto progress = wait(stalled.port());
  EXPECT_EQ(progress.reached, SshStage::banner);
  EXPECT_EQ(progress.obstacle, "it says hello, but does not finish the key exchange");
  EXPECT_EQ(stalled.visitors(), 1) << "a server that has said hello is left in peace";
}

TEST_F(Wait, NeverCrowdsASilentPort) {
  const Listener silent([](int connection, int, const auto& ends) { stay(connection, ends); });
  wait(silent.port(), 3s);
  EXPECT_LE(silent.most_at_once(), 6);
  EXPECT_LE(silent.visitors(), 12);
}

TEST_F(Wait, TellsEveryChangeAndEverySecond) {
  const ReservedPort port;
  std::vector<SshProgress> told;
  LibSsh().wait_for(peer(port.number()), {.deadline = in(2200ms), .watch = [&](const SshProgress& progress) {
                                            told.push_back(progress);
                                          }});
  EXPECT_GE(told.size(), 3U);
  EXPECT_EQ(told.back().obstacle, "connection refused");
}

TEST_F(Wait, IsEndedByItsWatch) {
  const ReservedPort port;
  const SshWait ended{.deadline = in(60s),
                      .watch = [](const SshProgress&) { throw Error(ErrorKind::failed, "enough"); }};
  EXPECT_THROW(LibSsh().wait_for(peer(port.number()), ended), Error);
}

TEST_F(Wait, EndsAtOnceWhenAskedToStop) {
  const Listener silent([](int connection, int, const auto& ends) { stay(connection, ends); });
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  try {
    LibSsh().wait_for(peer(silent.port()), {.deadline = in(60s), .stop = source.get_token()});
    FAIL() << "it did not stop";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::interrupted);
  }
}

TEST_F(Wait, RefusesAHostNameForAnAddress) {
  auto named = peer(22);
  named.endpoint.host = "localhost";
  EXPECT_THROW(LibSsh().wait_for(named, {.deadline = in(1s)}), Error);
}

TEST_F(Wait, RefusesAHostKeyThatIsNone) {
  const Listener silent([](int connection, int, const auto& ends) { stay(connection, ends); });
  auto broken = peer(silent.port());
  broken.host_key = "ssh-ed25519 nonsense";
  const auto expect_refused = [&](const auto& act) {
    const auto error = refusal_of(act);
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_THAT(error.message(), HasSubstr("'ssh-ed25519 nonsense'"));
  };
  expect_refused([&] { LibSsh().wait_for(broken, {.deadline = in(600ms)}); });
  expect_refused([&] { LibSsh().run(broken, "true", {}, in(600ms), {}); });
  EXPECT_EQ(silent.visitors(), 0);
}

TEST_F(Wait, RefusesAnRsaIdentity) {
  // The head of an openssh-key-v1 file is enough: it holds the public key.
  const auto blob = wire_string("ssh-rsa") + wire_string("e") + wire_string("n");
  const auto body = std::string("openssh-key-v1\0", 15) + wire_string("none") + wire_string("none") +
                    wire_string("") + std::string("\0\0\0\1", 4) + wire_string(blob);
  write_file(
      folder_.path() / "key",
      "-----BEGIN OPENSSH PRIVATE KEY-----\n" + base64(body, 70) + "-----END OPENSSH PRIVATE KEY-----\n",
      0600);
  try {
    wait(22);
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_input);
    EXPECT_THAT(error.message(), HasSubstr("is an RSA key"));
  }
}

}  // namespace
}  // namespace nocloud::test
