#pragma once

#include <string>

#include "nocloud/model/vm.hpp"

namespace nocloud {

struct VmCondition {
  VmState state = VmState::stopped;
  /// Why, where there is a fault in it; else empty.
  std::string fault = {};
};

/// From libvirt's virDomainState and the number of its reason.
VmCondition condition_from(int state, int reason);

}  // namespace nocloud
