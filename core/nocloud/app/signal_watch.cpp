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

void SignalWatch::watch(const std::stop_token& end) {
  const timespec moment{.tv_sec = 0, .tv_nsec = 50'000'000};
  while (!end.stop_requested()) {
    if (::sigtimedwait(&signals_, nullptr, &moment) < 0) continue;
    if (!stop_.request_stop()) ::_exit(static_cast<int>(ErrorKind::interrupted));
  }
}

}  // namespace nocloud
