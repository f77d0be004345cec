#include "nocloud/app/system.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "nocloud/app/libvirt_silence.hpp"
#include "nocloud/app/names/connection.hpp"
#include "nocloud/app/session_socket.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "nocloud/program/data_files.hpp"
#include "nocloud/ssh/libssh.hpp"
#include "nocloud/virt/libvirt/adapter/hypervisor.hpp"

namespace nocloud {
namespace {

/// How one connection is made, whichever it is.
struct Connecting {
  const Caller& caller;
  Reporter& reporter;
  SilenceHabits silence;

  std::unique_ptr<Hypervisor> to(const std::string& uri) const {
    if (uri == session_uri) pin_session_socket(caller);
    return connect_libvirt({.uri = uri,
                            .on_silence = silence_listener(reporter, uri, silence),
                            .on_guest_wait = guest_wait_listener(reporter, silence)});
  }
};

/// The system's hypervisor where it may be used, else the user's own.
std::unique_ptr<Hypervisor> connect_to_default(const Connecting& connecting) {
  if (::getuid() == 0) return connecting.to(system_uri);
  try {
    return connecting.to(system_uri);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unavailable) throw;
  }
  return connecting.to(session_uri);
}

std::unique_ptr<Hypervisor> connect(const Invocation& invocation, const Connecting& connecting) {
  if (const auto uri = chosen_uri(invocation)) return connecting.to(*uri);
  return connect_to_default(connecting);
}

SilenceHabits silence_habits_of(const Invocation& invocation, const System::OnHang& on_hang) {
  return {.limit = invocation.parsed("timeout", seconds_from), .on_end = on_hang};
}

/// How this run waits for others, and with whose rights it handles the caller's files.
LockHabits habits_of(const Caller& caller, const Invocation& invocation, Reporter& reporter) {
  return {.user = caller.files,
          .limit = invocation.parsed("timeout", seconds_from),
          .on_long_wait = [&reporter](std::string_view subject, std::string_view what) {
            reporter.warn(fmt::format("{}: {}", subject, what), "It goes on when that process ends.");
          }};
}

/// A socket of the user's choice may lead to another machine.
Owner owner_at(Owner owner, const HostPlace& place) {
  const bool here = place.local && place.uri.find("socket=") == std::string::npos;
  if (here) owner.place = Owner::Place::at_hypervisor;
  return owner;
}

Caller settled_caller() {
  auto caller = find_caller();
  claim_runtime_folder(caller);
  return caller;
}

}  // namespace

System::System(const Invocation& invocation, Reporter& reporter, std::stop_token stop, const OnHang& on_hang)
    : caller_(settled_caller()),
      hypervisor_(connect(
          invocation,
          {.caller = caller_, .reporter = reporter, .silence = silence_habits_of(invocation, on_hang)})),
      ssh_(std::make_unique<LibSsh>()),
      keyring_(caller_.data_folder, caller_.home, habits_of(caller_, invocation, reporter), stop),
      locks_(caller_.lock_folders, hypervisor_->place().identity(), habits_of(caller_, invocation, reporter)),
      context_{.hypervisor = *hypervisor_,
               .ssh = *ssh_,
               .clock = clock_,
               .reporter = reporter,
               .keyring = keyring_,
               .locks = locks_,
               .caller = owner_at(caller_.owner, hypervisor_->place()),
               .realm = {invocation.value("realm").value_or("")},
               .runtime_folder = caller_.runtime_folder,
               .downloads = {.program = own_program("nocloud-fetch"),
                             .folder = caller_.cache_folder / "downloads"},
               .stop = std::move(stop)} {}

}  // namespace nocloud
