#include "nocloud/ops/guest/guest_clock.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/output_tail.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

/// Seconds that apt, TLS and make do not mind.
constexpr std::int64_t most_lag = 2;

std::chrono::seconds limit_for(VirtType type) {
  return type == VirtType::kvm ? 60s : 180s;
}

/// Runs `date` with this time as root, then says what time the guest has. For whichever shell the user has.
std::string command_for(std::string_view time) {
  return fmt::format(
      "sh -c 'if [ \"$(id -u)\" = 0 ]; then date -s @{0}; else sudo -n date -s @{0}; fi >/dev/null && date "
      "+%s'",
      time);
}

std::int64_t seconds_now() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
}

/// Sets the clock by what `time` is to the guest's shell. Gives by how many seconds it is behind then.
std::int64_t lag_after(const Context& context, const SshPeer& peer, Clock::TimePoint deadline,
                       std::string_view time) {
  std::string output;
  OutputTail errors;
  std::int64_t heard = 0;
  const CommandSinks sinks{.output =
                               [&](std::string_view text) {
                                 heard = seconds_now();
                                 if (output.size() < 64) output += text;
                               },
                           .errors = [&](std::string_view text) { errors.add(text); }};
  if (context.ssh.run(peer, command_for(time), sinks, deadline, context.stop) != 0) {
    throw Error(ErrorKind::failed, printable(trimmed(split(last_lines(errors.text(), 1), '\n').front())));
  }
  const auto told = parse_number<std::uint32_t>(split(output, '\n').front());
  if (!told) throw Error(ErrorKind::failed, "the guest does not say what time it has");
  return heard - std::int64_t{*told};
}

void set_over_ssh(const Context& context, const LocatedVm& located) {
  const auto peer = peer_of(in_short(located), context.keyring.identity());
  const auto deadline = context.clock.now() + limit_for(located.vm.virt_type);
  const auto progress = context.ssh.wait_for(peer, {.deadline = deadline, .stop = context.stop});
  if (progress.reached != SshStage::logged_in) throw Error(ErrorKind::unavailable, progress.obstacle);
  auto lag = lag_after(context, peer, deadline, std::to_string(seconds_now()));
  if (std::abs(lag) <= most_lag) return;
  // A login may take a minute where the guest is emulated. How far the clock is off does not change by then.
  lag = lag_after(context, peer, deadline, fmt::format("$(( $(date +%s) + {} ))", lag));
  if (std::abs(lag) <= most_lag) return;
  throw Error(ErrorKind::failed,
              fmt::format("it is {} {}", counted(static_cast<std::uint64_t>(std::abs(lag)), "second"),
                          lag > 0 ? "behind" : "ahead"));
}

/// Where sudo fails, only what needs none helps.
std::string remedy_for(const VmName& name, std::string_view obstacle) {
  if (obstacle.find("sudo") == std::string_view::npos) {
    return fmt::format("Set it inside: `vm -n {} sudo date -s @$(date +%s)`.", name);
  }
  return fmt::format(
      "Set it inside as root with `date -s`, or restart the VM: `vmstop {0}`, then `vm -n {0}`.", name);
}

}  // namespace

void set_guest_clock(const Context& context, const LocatedVm& located) {
  const auto& name = located.vm.name;
  try {
    if (context.hypervisor.set_clock(name, std::chrono::system_clock::now())) return;
    set_over_ssh(context, located);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    context.reporter.warn(fmt::format("the clock of VM {} is not set after a revert or resume: {}",
                                      cited(name.str()), error.message()),
                          remedy_for(name, error.message()));
  }
}

}  // namespace nocloud
