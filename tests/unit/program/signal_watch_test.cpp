#include "nocloud/program/signal_watch.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

TEST(SignalWatch, TurnsASignalIntoAStopRequest) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const SignalWatch watch;
    EXPECT_FALSE(watch.token().stop_requested());
    ::kill(::getpid(), number);
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (!watch.token().stop_requested() && std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_TRUE(watch.token().stop_requested());
  }
}

/// A child in which `work` runs while its signals are watched; gets `number` when `work` has begun.
int status_of(int number, std::chrono::milliseconds grace,
              const std::function<void(const SignalWatch&)>& work) {
  std::array<int, 2> ready{};
  EXPECT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const SignalWatch watch(grace);
    if (::write(ready[1], "x", 1) == 1) work(watch);
    ::_exit(0);
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  for (const int end : ready) ::close(end);
  ::kill(child, number);
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

void hang(const SignalWatch& /*watch*/) {
  for (;;) ::pause();
}

TEST(SignalWatch, EndsAProgramThatHangsAtTheFirstSignal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const int status = status_of(number, 50ms, hang);
    ASSERT_TRUE(WIFEXITED(status)) << number;
    EXPECT_EQ(WEXITSTATUS(status), 130) << number;
  }
}

TEST(SignalWatch, LetsAProgramThatGetsOnComeToItsEnd) {
  const int status = status_of(SIGTERM, 2s, [](const SignalWatch& watch) {
    while (!watch.token().stop_requested()) std::this_thread::sleep_for(1ms);
    const auto end = std::chrono::steady_clock::now() + 3s;
    while (std::chrono::steady_clock::now() < end) {
      watch.hear_progress();
      std::this_thread::sleep_for(10ms);
    }
  });
  EXPECT_EQ(status, 0);
}

TEST(SignalWatch, LeavesAHangUpIgnoredThatWas) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  const int status = status_of(SIGHUP, 0ms, [](const SignalWatch& watch) {
    std::this_thread::sleep_for(300ms);
    if (watch.token().stop_requested()) ::_exit(1);
  });
  std::signal(SIGHUP, before);
  EXPECT_EQ(status, 0);
}

TEST(SignalWatch, EndsWithoutADelayAndWithoutAnyTrace) {
  constexpr int times = 100;
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) {
    const SignalWatch watch;
    std::this_thread::sleep_for(1ms);
    EXPECT_FALSE(watch.token().stop_requested());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, times * 25ms);
}

}  // namespace
}  // namespace nocloud::test
