#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "nocloud/base/clock.hpp"
#include "nocloud/base/file/fd.hpp"

namespace nocloud::test {

/// A deadline that far away.
inline Clock::TimePoint in(Clock::Duration time) {
  return std::chrono::steady_clock::now() + time;
}

/// A port of 127.0.0.1 where nothing listens (yet): nobody else is given it while this object lives.
class ReservedPort {
 public:
  ReservedPort();
  std::uint16_t number() const noexcept { return number_; }

 private:
  Fd holder_;
  std::uint16_t number_ = 0;
};

/// A TCP server on 127.0.0.1 whose every visitor gets a thread; all end with this object.
class Listener {
 public:
  /// Called with the connection and its number, from 0; the connection is closed after it.
  using Behaviour = std::function<void(int connection, int number, const std::atomic<bool>& ends)>;

  /// On a port of its own choice, or on a reserved one.
  explicit Listener(Behaviour behaviour);
  Listener(const ReservedPort& port, Behaviour behaviour);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  int visitors() const noexcept { return visitors_; }
  /// The most that were there at a time.
  int most_at_once() const noexcept { return most_at_once_; }

 private:
  void open(std::uint16_t port);
  void serve();
  void attend(int connection, int number);

  Behaviour behaviour_;
  Fd socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ends_ = false;
  std::atomic<int> visitors_ = 0;
  std::atomic<int> present_ = 0;
  std::atomic<int> most_at_once_ = 0;
  std::vector<std::jthread> attendants_;
  std::jthread server_;
};

void say(int connection, std::string_view text);
/// Until the other side closes or the listener ends.
void stay(int connection, const std::atomic<bool>& ends);
/// Makes the close that follows a reset.
void reset_on_close(int connection);
/// Connects both until either closes, the listener ends, or `most` bytes came back.
void relay(int connection, std::uint16_t to_port, const std::atomic<bool>& ends,
           std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace nocloud::test
