#include "nocloud/virt/libvirt_event_loop.hpp"

#include <chrono>

#include <libvirt/libvirt.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

void do_nothing(int /*timer*/, void* /*data*/) {}

}  // namespace

EventLoop::EventLoop() {
  // libvirt takes the first registration of a process and ignores further ones.
  if (virEventRegisterDefaultImpl() < 0) {
    throw Error(ErrorKind::failed, "libvirt's event loop can't be set up");
  }
  // Wakes the loop, so that it can see that it is to stop.
  constexpr int milliseconds = 200;
  heartbeat_ = virEventAddTimeout(milliseconds, do_nothing, nullptr, nullptr);
  thread_ = std::thread([this] { run(); });
}

EventLoop::~EventLoop() {
  stopping_ = true;
  thread_.join();
  virEventRemoveTimeout(heartbeat_);
}

void EventLoop::run() {
  while (!stopping_) {
    if (virEventRunDefaultImpl() < 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace nocloud
