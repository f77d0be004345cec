#pragma once

#include <chrono>
#include <stop_token>

namespace nocloud {

/// Where time comes from, so that tests need not wait for it.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  virtual ~Clock() = default;
  virtual TimePoint now() = 0;
  /// Sleeps for this long, or less once a stop is requested.
  virtual void sleep(Duration duration, const std::stop_token& stop) = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() override;
  void sleep(Duration duration, const std::stop_token& stop) override;
};

}  // namespace nocloud
