#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// The last lines of the guest's console as part of a message ("\nconsole: …" a line), or that there are
/// none. Control characters are made visible.
std::string console_report(Hypervisor& hypervisor, const VmName& name);

struct ConsoleFollower {
  /// Takes what the guest wrote, piece by piece, as it wrote it.
  std::function<void(std::string_view)> on_text;
  /// Asked every half second; false ends it.
  std::function<bool()> goes_on = [] { return true; };
  Clock::TimePoint deadline = Clock::TimePoint::max();
};

/// Hands on what the VM's console log has and gets until the VM is down; false if it is not by the deadline
/// or when the follower ends it. Throws Error{interrupted} when asked to stop.
bool follow_console(const Context& context, const VmName& name, const ConsoleFollower& follower);

}  // namespace nocloud
