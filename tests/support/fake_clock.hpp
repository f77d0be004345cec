#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "nocloud/base/clock.hpp"

namespace nocloud::test {

/// Time that passes only while somebody sleeps, and then at once.
class FakeClock final : public Clock {
 public:
  /// Has something happen in the world once this much time has passed.
  void after(Duration duration, std::function<void()> event) {
    const std::lock_guard lock(mutex_);
    events_.emplace(start_ + duration, std::move(event));
  }
  Duration passed() {
    const std::lock_guard lock(mutex_);
    return now_ - start_;
  }

  TimePoint now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void sleep(Duration duration, const std::stop_token& stop) override {
    if (stop.stop_requested()) return;
    for (const auto& event : advance(duration)) event();
  }

 private:
  std::vector<std::function<void()>> advance(Duration duration) {
    const std::lock_guard lock(mutex_);
    now_ += duration;
    std::vector<std::function<void()>> due;
    while (!events_.empty() && events_.begin()->first <= now_) {
      due.push_back(std::move(events_.begin()->second));
      events_.erase(events_.begin());
    }
    return due;
  }

  // Far from zero, so that nothing that subtracts a while from now meets the beginning of time.
  const TimePoint start_ = TimePoint(std::chrono::hours(1));
  TimePoint now_ = start_;
  std::multimap<TimePoint, std::function<void()>> events_;
  std::mutex mutex_;
};

}  // namespace nocloud::test
