#include "nocloud/virt/libvirt/console/trial.hpp"

#include <array>
#include <thread>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/console/kernel_console.hpp"
#include "nocloud/virt/libvirt/domain/states.hpp"

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

/// A domain's console, looked at now and then. A thread that waited in it could keep every other call on its
/// connection from being sent: the client of libvirt 9.0 sometimes loses the wake-up that the second call
/// gives the first, and a console that stays silent wakes nobody.
class Console {
 public:
  explicit Console(const Connection& connection)
      : stream_(virStreamNew(connection.get(), VIR_STREAM_NONBLOCK)) {}
  ~Console() {
    if (opened_) virStreamAbort(stream_.get());
  }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  bool open(virDomainPtr domain) {
    opened_ = stream_ && virDomainOpenConsole(domain, nullptr, stream_.get(), 0) == 0;
    return opened_;
  }
  /// In all that has come until now.
  bool saw_kernel() {
    std::array<char, 4096> buffer{};
    for (;;) {
      const int received = virStreamRecv(stream_.get(), buffer.data(), buffer.size());
      if (received <= 0) return false;
      if (text_.feed({buffer.data(), static_cast<std::size_t>(received)})) return true;
    }
  }

 private:
  StreamHandle stream_;
  KernelConsole text_;
  bool opened_ = false;
};

bool wait_for_kernel(const TrialDomain& domain, Console& console, SteadyClock::time_point deadline,
                     const std::stop_token& stop) {
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
  Console console(connection);
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
