#pragma once

#include "nocloud/model/name.hpp"
#include "nocloud/virt/network.hpp"

namespace nocloud {

/// What this machine has under the name. `unknown` if /sys shows another network's interfaces than the ones
/// that this process has.
HostInterface interface_here(const BridgeName& name);

}  // namespace nocloud
