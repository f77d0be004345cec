#pragma once

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// Starts a complete VM that is down, with its network; where its forwarded port is taken, on another one,
/// which is reported. The caller holds its lock. Throws Error{not_found}.
void start_vm(const Context& context, const VmName& name, StartMode mode);

}  // namespace nocloud
