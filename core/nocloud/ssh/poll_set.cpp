#include "nocloud/ssh/poll_set.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

Fd make_bell() {
  Fd bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!bell) throw system_error("eventfd");
  return bell;
}

/// Rounded up: rounded down, the last millisecond would be spent spinning.
int milliseconds_until(Clock::TimePoint until) {
  constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
  const auto now = std::chrono::steady_clock::now();
  if (until <= now) return 0;
  if (until > now + longest) return static_cast<int>(longest.count());
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(until - now).count());
}

}  // namespace

void PollSet::Ring::operator()() const noexcept {
  const std::uint64_t one = 1;
  // A bell that is full has rung already.
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
}

PollSet::PollSet(const std::stop_token& stop)
    : bell_(make_bell()), stop_(stop), on_stop_(stop, Ring{bell_.get()}) {
  clear();
}

void PollSet::clear() {
  polled_.assign(1, pollfd{bell_.get(), POLLIN, 0});
}

void PollSet::add(int fd, short events) {
  polled_.push_back(pollfd{fd, events, 0});
}

void PollSet::wait(Clock::TimePoint until) {
  const int count = ::poll(polled_.data(), polled_.size(), milliseconds_until(until));
  if (count < 0 && errno != EINTR) throw system_error("poll");
  check_stop();
}

void PollSet::check_stop() const {
  if (stop_.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
}

}  // namespace nocloud
