#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/seed/cloud_config.hpp"

namespace nocloud {

/// What a VM has to have reached before it counts as ready.
enum class WaitFor { none, address, ssh, cloud_init };
/// Throws Error{invalid_input}.
WaitFor wait_for_from(std::string_view word);

/// The stages of becoming ready, in order.
enum class WaitStage { nothing, running, address, port, banner, host_key, logged_in, rebooted, cloud_init };
std::string_view word_for(WaitStage stage);

/// How much a wait has to prove: a VM that ran before is known by its host key, without a new login.
enum class WaitDepth { login, host_key };

/// What a wait does about a guest whose kernel panicked before it ran any program, so that nothing is lost.
/// Only who has started the guest may start it again.
enum class OnEarlyPanic { fail, start_again };

struct WaitRequest {
  VmName name;
  WaitFor until = WaitFor::ssh;
  WaitDepth depth = WaitDepth::login;
  OnEarlyPanic on_early_panic = OnEarlyPanic::fail;
  Clock::TimePoint deadline;
  /// What the VM's user-data does at the end of its first boot. A reboot is waited for before it is ready.
  PowerState after_first_boot = PowerState::other;
};

struct Readiness {
  WaitStage reached = WaitStage::nothing;
  /// Where the VM was found; nothing if it has no address yet.
  std::optional<LocatedVm> located = std::nullopt;
};

/// Waits for a VM, through all stages. Throws Error{timed_out} that names the stage that failed and why, with
/// the last lines of the guest's console; Error{failed} as soon as the guest is seen to have stopped or
/// crashed, or its kernel to have panicked. Starts a guest again once if the request says so, and warns.
Readiness wait_until_ready(const Context& context, const WaitRequest& request);

/// A number of seconds from 0 to a day, as users give time limits. Throw Error{invalid_input}.
std::chrono::seconds seconds_from(std::string_view text);
std::chrono::seconds seconds_of(std::uint64_t number);

/// 120 s, or five times that for an emulated guest.
std::chrono::seconds default_wait(VirtType type);

}  // namespace nocloud
