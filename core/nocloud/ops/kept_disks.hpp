#pragma once

#include <set>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// Before a VM gets disks of these names, throws Error{conflict} if that would lose data: a disk is a
/// remainder of a killed run unless a domain has it, or it holds more than one that was only being made. A VM
/// that virsh renamed has such disks, and `virsh undefine` and `virsh detach-disk` leave them. To be asked
/// before the VM's own domain or record names them.
void refuse_kept_disks(Hypervisor& hypervisor, const VmName& vm, std::set<VolumeName> disks);

}  // namespace nocloud
