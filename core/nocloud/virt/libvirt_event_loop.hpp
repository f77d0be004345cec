#pragma once

#include <atomic>
#include <thread>

namespace nocloud {

/// Runs libvirt's event loop in a thread of its own. Connections that are opened while it lives send and
/// answer keep-alive messages, so that a host that is gone becomes an error and not a hang.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

 private:
  void run();

  std::atomic<bool> stopping_ = false;
  int heartbeat_ = -1;
  std::thread thread_;
};

}  // namespace nocloud
