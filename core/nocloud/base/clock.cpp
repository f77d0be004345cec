#include "nocloud/base/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace nocloud {

Clock::TimePoint SystemClock::now() {
  return std::chrono::steady_clock::now();
}

void SystemClock::sleep(Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any woken;
  woken.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace nocloud
