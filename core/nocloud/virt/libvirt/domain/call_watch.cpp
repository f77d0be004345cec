#include "nocloud/virt/libvirt/domain/call_watch.hpp"

#include <algorithm>

#include "nocloud/base/clock.hpp"
#include "nocloud/virt/libvirt/domain/domains.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 500ms;
constexpr auto worth_a_question = 3s;

}  // namespace

std::list<LibvirtCallWatch::Begun>::iterator LibvirtCallWatch::begin(const VmName& name) {
  const std::scoped_lock lock(mutex_);
  if (listener_ && !thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }
  return begun_.insert(begun_.end(), {.name = name, .at = SteadyClock::now()});
}

void LibvirtCallWatch::end(std::list<Begun>::iterator begun) {
  const std::scoped_lock lock(mutex_);
  begun_.erase(begun);
}

void LibvirtCallWatch::watch(const std::stop_token& stop) {
  SystemClock clock;
  for (clock.sleep(tick, stop); !stop.stop_requested(); clock.sleep(tick, stop)) {
    for (const auto& call : long_calls()) {
      const auto waited = wait_for(call.name);
      const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - call.at);
      if (waited) listener_(call.name, std::min(*waited, age));
    }
  }
}

std::vector<LibvirtCallWatch::Begun> LibvirtCallWatch::long_calls() {
  const std::scoped_lock lock(mutex_);
  std::vector<Begun> found;
  std::ranges::copy_if(begun_, std::back_inserter(found), [now = SteadyClock::now()](const Begun& call) {
    return now - call.at >= worth_a_question;
  });
  return found;
}

std::optional<std::chrono::milliseconds> LibvirtCallWatch::wait_for(const VmName& name) {
  try {
    if (!connection_) connection_.emplace(uri_);
    const auto domain = lookup_domain(*connection_, name.str());
    virDomainControlInfo info{};
    if (!domain || virDomainGetControlInfo(domain.get(), &info, 0) < 0) return std::nullopt;
    // "Occupied" is a command that QEMU has not answered yet. Of a job, such as a snapshot, libvirt tells no
    // more than how old it is.
    const bool waits = info.state == VIR_DOMAIN_CONTROL_OCCUPIED || info.state == VIR_DOMAIN_CONTROL_JOB;
    if (!waits) return std::nullopt;
    return std::chrono::milliseconds(info.stateTime);
  } catch (const Error&) {
    connection_.reset();  // the call that is watched fails for the same reason
    return std::nullopt;
  }
}

}  // namespace nocloud
