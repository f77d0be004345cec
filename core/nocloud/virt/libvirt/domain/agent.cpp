#include "nocloud/virt/libvirt/domain/agent.hpp"

#include <chrono>

#include <fmt/format.h>

#include "nocloud/virt/libvirt/domain/vms.hpp"

namespace nocloud {

void limit_agent(virDomainPtr domain) {
  constexpr int seconds = 5;
  virDomainAgentSetResponseTimeout(domain, seconds, 0);
}

bool LibvirtVms::set_clock(const VmName& name, std::chrono::system_clock::time_point time) {
  const auto domain = existing(name);
  if (!is_active(domain.get(), name)) return false;
  limit_agent(domain.get());
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch - seconds);
  if (virDomainSetTime(domain.get(), seconds.count(), static_cast<unsigned>(rest.count()), 0) == 0)
    return true;
  // There are many words for an agent that is not there, is silent or refuses.
  const auto fault = last_fault();
  if (virConnectIsAlive(connection_.get()) == 1) return false;
  throw connection_.error(fmt::format("cannot set the clock of VM '{}'", name), fault);
}

}  // namespace nocloud
