#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "nocloud/base/error.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "unit/ssh/listener.hpp"
#include "unit/ssh/sshd.hpp"

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Clock::TimePoint in(Clock::Duration time) {
  return std::chrono::steady_clock::now() + time;
}

struct Limits {
  Clock::Duration time = 60s;
  std::stop_token stop = {};
};

CommandResult run(const SshPeer& peer, std::string_view command, const Limits& limits = {}) {
  CommandResult result;
  const CommandSinks sinks{.output = [&](std::string_view text) { result.output += text; },
                           .errors = [&](std::string_view text) { result.errors += text; }};
  result.exit_code = LibSsh().run(peer, command, sinks, in(limits.time), limits.stop);
  return result;
}

ErrorKind failure_of(const SshPeer& peer, std::string_view command, const Limits& limits = {}) {
  try {
    run(peer, command, limits);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "the command was run";
  return ErrorKind::failed;
}

class RunOverSsh : public testing::Test {
 protected:
  void SetUp() override {
    if (!Sshd::installed()) GTEST_SKIP() << "there is no sshd here (Debian: openssh-server)";
    sshd_ = std::make_unique<Sshd>();
  }
  SshPeer peer() const { return sshd_->peer(); }

  std::unique_ptr<Sshd> sshd_;
};

TEST_F(RunOverSsh, IsWatchedWhileItSaysNothing) {
  int looks = 0;
  const CommandSinks watched{.output = {}, .errors = {}, .watch = [&] {
                               if (++looks == 2) throw Error(ErrorKind::conflict, "seen enough");
                             }};
  EXPECT_THROW(LibSsh().run(peer(), "sleep 600", watched, in(600s), {}), Error);
  EXPECT_EQ(looks, 2);
}

TEST_F(RunOverSsh, GivesBothStreamsAndTheExitCode) {
  const auto result = run(peer(), "echo out; echo err >&2; exit 7");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
}

TEST_F(RunOverSsh, GivesTheSignalAsAShellDoes) {
  EXPECT_EQ(run(peer(), "kill -TERM $$").exit_code, 128 + 15);
}

TEST_F(RunOverSsh, HasNothingToRead) {
  EXPECT_EQ(run(peer(), "cat; echo end").output, "end\n");
}

TEST_F(RunOverSsh, TakesMuchOnBothStreamsAtOnce) {
  const auto result = run(peer(), "head -c 12000000 /dev/zero & head -c 9000000 /dev/zero >&2; wait");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output.size(), 12000000U);
  EXPECT_EQ(result.errors.size(), 9000000U);
}

TEST_F(RunOverSsh, TakesMuchOnOneStreamWhileTheOtherIsSilent) {
  EXPECT_EQ(run(peer(), "head -c 6000000 /dev/zero >&2").errors.size(), 6000000U);
}

TEST_F(RunOverSsh, KeepsBytesAsTheyAre) {
  const auto result = run(peer(), "printf 'a\\000b\\r\\n\\377'");
  EXPECT_EQ(result.output, std::string("a\0b\r\n\xff", 6));
}

TEST_F(RunOverSsh, MayBeGivenNoSinks) {
  EXPECT_EQ(LibSsh().run(peer(), "echo x; echo y >&2", {}, in(60s), {}), 0);
}

TEST_F(RunOverSsh, NeedsNoDeadline) {
  EXPECT_EQ(LibSsh().run(peer(), "true", {}, Clock::TimePoint::max(), {}), 0);
}

TEST_F(RunOverSsh, EndsAtTheDeadline) {
  EXPECT_EQ(failure_of(peer(), "sleep 60", {.time = 1500ms}), ErrorKind::timed_out);
}

TEST_F(RunOverSsh, EndsAtTheDeadlineWhateverIsWritten) {
  EXPECT_EQ(failure_of(peer(), "cat /dev/zero", {.time = 1500ms}), ErrorKind::timed_out);
}

TEST_F(RunOverSsh, EndsWhenAskedToStop) {
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(300ms);
    source.request_stop();
  });
  EXPECT_EQ(failure_of(peer(), "sleep 60", {.stop = source.get_token()}), ErrorKind::interrupted);
}

TEST_F(RunOverSsh, EndsWithWhatASinkThrows) {
  const CommandSinks throwing{.output = [](std::string_view) { throw Error(ErrorKind::conflict, "full"); },
                              .errors = {}};
  try {
    LibSsh().run(peer(), "echo x; sleep 60", throwing, in(60s), {});
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
  }
}

TEST_F(RunOverSsh, IsUnavailableWhereNothingListens) {
  const ReservedPort port;
  auto nobody = peer();
  nobody.endpoint.port = port.number();
  EXPECT_EQ(failure_of(nobody, "true"), ErrorKind::unavailable);
}

TEST_F(RunOverSsh, NeverLogsInToAnotherMachine) {
  auto other = peer();
  other.host_key = ssh_key_from_seed(seed_of(9), "").public_key;
  EXPECT_EQ(failure_of(other, "true"), ErrorKind::unavailable);
}

TEST_F(RunOverSsh, IsUnavailableWhenTheLoginIsRefused) {
  sshd_->authorize("");
  EXPECT_EQ(failure_of(peer(), "true"), ErrorKind::unavailable);
}

TEST_F(RunOverSsh, IsUnavailableWhenTheServerGoesAway) {
  EXPECT_EQ(failure_of(peer(), "kill -KILL $PPID; sleep 60"), ErrorKind::unavailable);
}

/// Wherever a conversation stops, the call ends, and libssh2 leaves nothing behind.
TEST_F(RunOverSsh, SurvivesAStallOrAnEndAnywhere) {
  const auto port = peer().endpoint.port;
  for (std::size_t bytes = 1600; bytes < 4200; bytes += 233) {
    for (const bool stalls : {true, false}) {
      const Listener narrow([&](int connection, int, const auto& ends) {
        relay(connection, port, ends, bytes);
        if (stalls) stay(connection, ends);
      });
      auto through = peer();
      through.endpoint.port = narrow.port();
      try {
        EXPECT_EQ(run(through, "head -c 400 /dev/zero; exit 3", {.time = stalls ? 300ms : 60s}).exit_code, 3);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), stalls ? ErrorKind::timed_out : ErrorKind::unavailable) << error.message();
      }
    }
  }
}

TEST_F(RunOverSsh, WorksInSeveralThreads) {
  const LibSsh ssh;
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int number = 0; number < 6; ++number) {
    threads.emplace_back([&, number] {
      if (run(peer(), "exit " + std::to_string(number)).exit_code == number) ++right;
    });
  }
  threads.clear();
  EXPECT_EQ(right, 6);
}

}  // namespace
}  // namespace nocloud::test
