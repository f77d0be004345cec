#pragma once

#include <stop_token>
#include <vector>

#include <poll.h>

#include "nocloud/base/clock.hpp"
#include "nocloud/base/file/fd.hpp"

namespace nocloud {

/// Waits for descriptors, and wakes at once when a stop is requested.
class PollSet {
 public:
  explicit PollSet(const std::stop_token& stop);

  void clear();
  void add(int fd, short events);
  /// Throws Error{interrupted} once a stop is requested.
  void check_stop() const;
  /// Until one of them is ready or the time has come. Throws Error{interrupted} once a stop is requested.
  void wait(Clock::TimePoint until);

 private:
  struct Ring {
    int fd;
    void operator()() const noexcept;
  };
  Fd bell_;
  std::stop_token stop_;
  std::stop_callback<Ring> on_stop_;
  std::vector<pollfd> polled_;
};

}  // namespace nocloud
