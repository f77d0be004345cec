#include "nocloud/virt/libvirt/domain/power_button.hpp"

#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include <libvirt/virterror.h>

namespace nocloud {
namespace {

using namespace std::chrono_literals;
using Result = std::optional<Fault>;
using SteadyClock = std::chrono::steady_clock;

/// QEMU takes a button's press at once.
constexpr auto patience = 2s;
/// libvirt's daemon reads no further calls of a connection while five of them are open.
constexpr std::size_t most_open = 2;

bool is_answered(const std::shared_future<Result>& answer) {
  return answer.wait_for(0s) == std::future_status::ready;
}

Result press_button(virDomainPtr domain) {
  // Not by the guest's agent: libvirt waits for its answer.
  if (virDomainShutdownFlags(domain, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN) == 0) return std::nullopt;
  auto fault = last_fault();
  if (fault.code == VIR_ERR_INVALID_ARG || fault.code == VIR_ERR_NO_SUPPORT) {
    if (virDomainShutdown(domain) == 0) return std::nullopt;
    fault = last_fault();
  }
  return fault;
}

/// In a thread of its own, which ends with libvirt's call, and holds the domain and its connection until
/// then.
std::shared_future<Result> begun(DomainHandle domain) {
  std::packaged_task<Result()> task([held = std::move(domain)] { return press_button(held.get()); });
  auto answer = task.get_future().share();
  std::thread(std::move(task)).detach();
  return answer;
}

DomainHandle shared(virDomainPtr domain) {
  virDomainRef(domain);
  return DomainHandle(domain);
}

}  // namespace

std::optional<Fault> PowerButton::press(virDomainPtr domain) {
  auto answer = ask(domain);
  if (!answer) answer = ask_apart(domain);
  if (answer->wait_for(patience) != std::future_status::ready) return std::nullopt;
  auto fault = answer->get();
  // Another call waits for the same QEMU.
  if (fault && fault->code == VIR_ERR_OPERATION_TIMEOUT) return std::nullopt;
  return fault;
}

std::optional<PowerButton::Answer> PowerButton::ask(virDomainPtr domain) {
  for (const auto end = SteadyClock::now() + patience; SteadyClock::now() < end;) {
    if (auto answer = ask_if_free(domain)) return answer;
    std::this_thread::sleep_for(5ms);
  }
  return std::nullopt;
}

std::optional<PowerButton::Answer> PowerButton::ask_if_free(virDomainPtr domain) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(open_, is_answered);
  if (open_.size() >= most_open) return std::nullopt;
  return open_.emplace_back(begun(shared(domain)));
}

PowerButton::Answer PowerButton::ask_apart(virDomainPtr domain) const {
  std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
  virDomainGetUUIDString(domain, uuid.data());
  const Connection apart(connection_.uri());
  DomainHandle same(virDomainLookupByUUIDString(apart.get(), uuid.data()));
  if (same) return begun(std::move(same));
  std::promise<Result> gone;
  gone.set_value(last_fault());
  return gone.get_future().share();
}

}  // namespace nocloud
