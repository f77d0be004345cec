#pragma once

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/guest/kernel_panic.hpp"

namespace nocloud {

/// Starts a complete VM that is down or has crashed, with its network; where its forwarded port is taken, on
/// another one, which is reported. Leaves one that is up alone, as where virsh was first. The caller holds
/// its lock. Throws Error{not_found}.
Beginning start_vm(const Context& context, const VmName& name, StartMode mode);

/// Forces a VM off whose kernel has panicked, starts it again, and warns of that; takes its lock. Does
/// nothing if the VM is another one by now, is down, or shows no panic any more: then another run has seen to
/// it. Throws Error{interrupted} only while it waits for the lock.
void start_after_panic(const Context& context, const Vm& vm, const KernelPanic& panic);

}  // namespace nocloud
