#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace nocloud {

/// Turns SIGINT and SIGTERM into a stop request; a second one ends the program at once. Made before any other
/// thread, so that all of them leave the signals to this one.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  void watch(const std::stop_token& end);

  sigset_t signals_{};
  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace nocloud
