#include "nocloud/program/signal_watch.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud {
namespace {

constexpr int interrupted = static_cast<int>(ErrorKind::interrupted);

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

[[noreturn]] void give_up(std::chrono::milliseconds grace) {
  const auto words = fmt::format(
      "{}: interrupted; something did not end within {:.3g} s\n"
      "  libvirt may not answer. Run the command again: it completes or removes what was begun.\n",
      program_invocation_short_name, std::chrono::duration<double>(grace).count());
  write_to_stderr(words);
  ::_exit(interrupted);
}

}  // namespace

SignalWatch::SignalWatch(std::chrono::milliseconds grace) : grace_(grace) {
  ::sigemptyset(&signals_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (number != SIGHUP || !is_ignored(number)) ::sigaddset(&signals_, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::jthread([this](const std::stop_token& end) { watch(end); });
}

SignalWatch::~SignalWatch() {
  thread_.request_stop();
  // For the thread alone, which waits for nothing else; all threads block the signal.
  ::pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
}

void SignalWatch::watch(const std::stop_token& end) {
  for (;;) {
    const int number = next_signal();
    if (end.stop_requested()) return;
    if (number > 0) {
      hear_progress();
      if (!stop_.request_stop()) ::_exit(interrupted);
    } else if (stop_.stop_requested() && is_stuck()) {
      give_up(grace_);
    }
  }
}

int SignalWatch::next_signal() const {
  if (!stop_.stop_requested()) return ::sigwaitinfo(&signals_, nullptr);
  constexpr timespec look_again{.tv_sec = 0, .tv_nsec = 100'000'000};
  return ::sigtimedwait(&signals_, nullptr, &look_again);
}

}  // namespace nocloud
