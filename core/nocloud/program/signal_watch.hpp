#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

namespace nocloud {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request; a second one ends the program at once. So does the
/// first one, with status 130, once nothing has moved for the grace time after it: a call of libvirt's that
/// hangs can't be interrupted. Made before any other thread, so that all of them leave the signals to this
/// one. A SIGHUP that was ignored (nohup) stays ignored.
class SignalWatch {
 public:
  explicit SignalWatch(std::chrono::milliseconds grace = std::chrono::seconds{10});
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  /// Says that something has moved: what undoes a run's work may take longer than the grace time.
  void hear_progress() const { last_progress_ = std::chrono::steady_clock::now(); }

 private:
  void watch(const std::stop_token& end);
  int next_signal() const;
  bool is_stuck() const { return std::chrono::steady_clock::now() - last_progress_.load() >= grace_; }

  std::chrono::milliseconds grace_;
  sigset_t signals_{};
  std::stop_source stop_;
  mutable std::atomic<std::chrono::steady_clock::time_point> last_progress_{};
  std::jthread thread_;
};

}  // namespace nocloud
