#include "nocloud/ops/guest_clock.hpp"

#include <chrono>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using namespace std::chrono_literals;

std::chrono::seconds limit_for(VirtType type) {
  return type == VirtType::kvm ? 60s : 180s;
}

/// For whichever shell the user has.
std::string command_for(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return fmt::format(
      "sh -c 'if [ \"$(id -u)\" = 0 ]; then exec date -s @{0}; else exec sudo -n date -s @{0}; fi'", seconds);
}

void set_over_ssh(const Context& context, const LocatedVm& located) {
  const auto peer = peer_of(in_short(located), context.keyring.identity());
  const auto deadline = context.clock.now() + limit_for(located.vm.virt_type);
  // The time is taken when the guest is known to answer: an emulated one takes seconds for that.
  const auto progress = context.ssh.wait_for(peer, {.deadline = deadline, .stop = context.stop});
  if (progress.reached != SshStage::logged_in) throw Error(ErrorKind::unavailable, progress.obstacle);
  std::string errors;
  const CommandSinks sinks{.output = {}, .errors = [&](std::string_view text) { errors += text; }};
  const auto command = command_for(std::chrono::system_clock::now());
  if (context.ssh.run(peer, command, sinks, deadline, context.stop) == 0) return;
  throw Error(ErrorKind::failed, printable(trimmed(split(last_lines(errors, 1), '\n').front())));
}

}  // namespace

void set_guest_clock(const Context& context, const LocatedVm& located) {
  const auto& name = located.vm.name;
  try {
    if (context.hypervisor.set_clock(name, std::chrono::system_clock::now())) return;
    set_over_ssh(context, located);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    context.reporter.warn(
        fmt::format("the clock of VM {} stands where it was saved: {}", cited(name.str()), error.message()),
        fmt::format("Set it inside: `vm -n {} sudo date -s @$(date +%s)`.", name));
  }
}

}  // namespace nocloud
