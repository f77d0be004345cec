#include "nocloud/virt/libvirt/event_loop.hpp"

#include <chrono>
#include <thread>

#include <libvirt/libvirt.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

void do_nothing(int /*timer*/, void* /*data*/) {}

class EventLoop {
 public:
  EventLoop() {
    if (virEventRegisterDefaultImpl() < 0) {
      throw Error(ErrorKind::failed, "libvirt's event loop can't be set up");
    }
    // Goes off only when the destructor sets it to.
    constexpr int never = -1;
    wake_ = virEventAddTimeout(never, do_nothing, nullptr, nullptr);
    thread_ = std::jthread(run);
  }
  ~EventLoop() {
    thread_.request_stop();
    virEventUpdateTimeout(wake_, 0);
  }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

 private:
  static void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (virEventRunDefaultImpl() < 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  int wake_ = -1;
  std::jthread thread_;
};

}  // namespace

void ensure_event_loop() {
  static const EventLoop loop;
}

}  // namespace nocloud
