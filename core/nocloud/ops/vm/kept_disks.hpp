#pragma once

#include <map>
#include <set>
#include <string>

#include "nocloud/model/spec/description.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// The disks that a VM's record names, there or not.
std::set<VolumeName> disks_of(const VmDefinition& definition);

/// Whether somebody has written to the disk: false for one that was only made, or was still being made, and
/// for one that is not there.
bool holds_data(Hypervisor& hypervisor, const VolumeName& disk);

/// Before a VM gets disks of these names, throws Error{conflict} if that would lose data: a disk is a
/// remainder of a killed run unless another domain has it, or it holds data. A VM that virsh renamed has such
/// disks, and `virsh undefine` and `virsh detach-disk` leave them. To be asked before the VM's record names
/// them.
void refuse_kept_disks(Hypervisor& hypervisor, const VmName& vm, std::set<VolumeName> disks);

/// The same for the disks that a VM is to get beside those it has.
void refuse_kept_further_disks(Hypervisor& hypervisor, const Vm& present, const VmShape& wanted);

/// Disks that a removal leaves, each with the reason as the end of a sentence.
using KeptDisks = std::map<VolumeName, std::string>;

/// Those of the definition's disks that hold data: what was there before a VM that could not be made.
KeptDisks disks_with_data(Hypervisor& hypervisor, const VmDefinition& definition);

}  // namespace nocloud
