#pragma once

#include <functional>
#include <string_view>

#include "nocloud/ssh/ssh_port.hpp"

namespace nocloud {

/// How far a guest is with the reboot that its user-data may ask for.
enum class Reboot {
  /// It has not come yet.
  awaited,
  /// cloud-init is through and did not reboot the guest.
  none,
  done
};

/// Runs a command in the guest and gives its exit code. Throws Error{unavailable} while the guest is away.
using RunInGuest = std::function<int(std::string_view command, const CommandSinks& sinks)>;

/// Asks the guest. One that is away, as while it reboots, has not done so yet. Throws what `run` throws else.
Reboot reboot_of(const RunInGuest& run);

}  // namespace nocloud
