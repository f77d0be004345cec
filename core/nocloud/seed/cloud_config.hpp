#pragma once

#include <string_view>

namespace nocloud {

/// What a cloud-config does beyond its first boot.
enum class PowerState {
  /// The guest stays up, or powers off.
  other,
  /// cloud-init reboots the guest when it has done its work.
  reboot,
  /// It does so if a condition holds in the guest.
  maybe_reboot
};

/// Reads a cloud-config as cloud-init's own reader (PyYAML) would. Throws Error{invalid_input} that names
/// line and column for what cloud-init would ignore, and for `users` that would take our login away.
PowerState check_cloud_config(std::string_view text);

}  // namespace nocloud
