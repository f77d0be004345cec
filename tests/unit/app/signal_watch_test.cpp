#include "nocloud/app/signal_watch.hpp"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace nocloud::test {
namespace {

using namespace std::chrono_literals;

TEST(SignalWatch, TurnsASignalIntoAStopRequest) {
  for (const int number : {SIGINT, SIGTERM}) {
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
