#include "nocloud/virt/libvirt/pulse.hpp"

#include <utility>

#include <libvirt/libvirt.h>

#include "nocloud/base/clock.hpp"
#include "nocloud/base/handle.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 500ms;
constexpr auto between_questions = 2s;

}  // namespace

LibvirtPulse::LibvirtPulse(std::string uri, Listener listener)
    : uri_(std::move(uri)),
      listener_(std::move(listener)),
      listening_([this](const std::stop_token& stop) { listen(stop); }),
      asking_([this](const std::stop_token& stop) { ask(stop); }) {}

void LibvirtPulse::listen(const std::stop_token& stop) {
  SystemClock clock;
  for (clock.sleep(tick, stop); !stop.stop_requested(); clock.sleep(tick, stop)) {
    silent_ = silent_.load() + tick;
    listener_(silent_);
  }
}

void LibvirtPulse::ask(const std::stop_token& stop) {
  SystemClock clock;
  Handle<virConnect, virConnectClose> connection;
  for (clock.sleep(between_questions, stop); !stop.stop_requested(); clock.sleep(between_questions, stop)) {
    if (!connection) connection.reset(virConnectOpenReadOnly(uri_.c_str()));
    unsigned long version = 0;  // NOLINT(google-runtime-int): libvirt's type
    const bool asked = connection && virConnectGetLibVersion(connection.get(), &version) == 0;
    if (!asked) connection.reset();
    silent_ = 0ms;  // an error is an answer, too
  }
}

}  // namespace nocloud
