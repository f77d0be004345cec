#pragma once

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/instantiate.hpp"

namespace nocloud {

/// The VM with all of the description that can be changed: type, memory, CPUs, and disks behind those it has.
Vm with_changes(Vm vm, const DescribedVm& wanted);

/// Changes a VM that is down so, from its next start on; says whether there was anything to change. Throws
/// Error{not_found}; Error{conflict} if it is up, or another owner's or group's.
bool change_vm(const Context& context, const DescribedVm& wanted);

}  // namespace nocloud
