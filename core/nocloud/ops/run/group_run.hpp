#pragma once

#include <optional>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file_lock.hpp"
#include "nocloud/ops/context.hpp"

namespace nocloud {

/// Makes this process the one that runs the group, as long as what it gives lives. Throws Error{conflict} if
/// another one does.
FileLock claim_run(const Context& context, const GroupName& group);

/// Asks the process that runs the group to power its VMs off and keep them (SIGUSR1), and waits until it has
/// ended. Throws Error{not_found} if no process of the caller's does; Error{interrupted}.
void end_run(const Context& context, const GroupName& group);

struct RestartedVm {
  VmName name;
  std::optional<Error> error = std::nullopt;
};

/// Starts those of the VMs that are down; does not wait for guests.
std::vector<RestartedVm> restart(const Context& context, const std::vector<Vm>& vms);

}  // namespace nocloud
