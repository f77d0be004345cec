#pragma once

#include <string>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// How an installer's guest came to its end.
struct InstallerEnd {
  enum class Kind { down, out_of_time, panicked } kind = Kind::down;
  /// The kernel's words of its panic.
  std::string panic = {};
};

/// Follows the guest's console until it is down, and shows its last line. Starts it again after a panic
/// before init, once. Throws Error{interrupted}, with the guest left as it is.
InstallerEnd see_installer_through(const Context& context, const Vm& vm, Clock::TimePoint deadline);

}  // namespace nocloud
