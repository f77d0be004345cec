#pragma once

#include "nocloud/model/vm.hpp"

namespace nocloud {

/// Whether the host runs a process for the VM, which has its disks open. A crashed guest can leave one.
inline bool has_process(VmState state) {
  return is_up(state) || state == VmState::crashed;
}

}  // namespace nocloud
