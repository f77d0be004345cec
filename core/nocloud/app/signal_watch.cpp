#include "nocloud/app/signal_watch.hpp"

#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud {

SignalWatch::SignalWatch() {
  ::sigemptyset(&signals_);
  ::sigaddset(&signals_, SIGINT);
  ::sigaddset(&signals_, SIGTERM);
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
    const int number = ::sigwaitinfo(&signals_, nullptr);
    if (end.stop_requested()) return;
    if (number > 0 && !stop_.request_stop()) ::_exit(static_cast<int>(ErrorKind::interrupted));
  }
}

}  // namespace nocloud
