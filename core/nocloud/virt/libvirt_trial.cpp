#include "nocloud/virt/libvirt_trial.hpp"

#include <array>
#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/kernel_console.hpp"
#include "nocloud/virt/libvirt_states.hpp"

namespace nocloud {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// A transient domain that goes with this object, or with the connection if we are killed.
class TrialDomain {
 public:
  TrialDomain(const Connection& connection, const std::string& xml)
      : domain_(virDomainCreateXML(connection.get(), xml.c_str(),
                                   VIR_DOMAIN_START_AUTODESTROY | VIR_DOMAIN_START_PAUSED)) {}
  ~TrialDomain() {
    if (domain_) virDomainDestroy(domain_.get());
  }
  TrialDomain(const TrialDomain&) = delete;
  TrialDomain& operator=(const TrialDomain&) = delete;

  explicit operator bool() const { return domain_ != nullptr; }
  virDomainPtr get() const { return domain_.get(); }
  bool runs_well() const {
    int state = 0;
    int reason = 0;
    if (virDomainGetState(domain_.get(), &state, &reason, 0) < 0) return false;
    return condition_from(state, reason).state == VmState::running;
  }

 private:
  DomainHandle domain_;
};

/// Reads a domain's console until the domain ends, which has to be before this object does.
class ConsoleReader {
 public:
  explicit ConsoleReader(const Connection& connection) : stream_(virStreamNew(connection.get(), 0)) {}
  ~ConsoleReader() {
    if (!thread_.joinable()) return;
    thread_.join();
    virStreamAbort(stream_.get());
  }
  ConsoleReader(const ConsoleReader&) = delete;
  ConsoleReader& operator=(const ConsoleReader&) = delete;

  bool open(virDomainPtr domain) {
    if (!stream_ || virDomainOpenConsole(domain, nullptr, stream_.get(), 0) < 0) return false;
    thread_ = std::thread([this] { read(); });
    return true;
  }
  bool saw_kernel() const { return saw_kernel_; }

 private:
  void read() {
    KernelConsole console;
    std::array<char, 4096> buffer{};
    for (;;) {
      const int received = virStreamRecv(stream_.get(), buffer.data(), buffer.size());
      if (received <= 0) return;
      if (console.feed({buffer.data(), static_cast<std::size_t>(received)})) saw_kernel_ = true;
    }
  }

  StreamHandle stream_;
  std::atomic<bool> saw_kernel_ = false;
  std::thread thread_;
};

bool wait_for_kernel(const TrialDomain& domain, const ConsoleReader& console,
                     SteadyClock::time_point deadline, const std::stop_token& stop) {
  constexpr auto pause = std::chrono::milliseconds(50);
  while (SteadyClock::now() < deadline) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    if (console.saw_kernel()) return true;
    if (!domain.runs_well()) break;
    std::this_thread::sleep_for(pause);
  }
  return console.saw_kernel();
}

}  // namespace

bool trial_boot_on(const Connection& connection, LibvirtHost& host, const TrialBoot& trial,
                   std::chrono::milliseconds limit, const std::stop_token& stop) {
  const auto deadline = SteadyClock::now() + limit;
  const auto name = "nocloud-trial-" + hex(random_bytes(8));
  const auto what = fmt::format("cannot try a guest under {}", word_for(trial.virt_type));
  ConsoleReader console(connection);
  const TrialDomain domain(connection, trial_domain_xml(trial, name, host.domain_host(false)));
  if (!domain) {
    const auto error = connection.error(what, last_fault());
    // A host whose KVM can't even start a guest has answered; for emulation there is nothing to fall back on.
    if (error.kind() == ErrorKind::failed && trial.virt_type == VirtType::kvm) return false;
    throw Error(error);
  }
  if (!console.open(domain.get())) throw connection.error(what, last_fault());
  if (virDomainResume(domain.get()) < 0) throw connection.error(what, last_fault());
  return wait_for_kernel(domain, console, deadline, stop);
}

}  // namespace nocloud
