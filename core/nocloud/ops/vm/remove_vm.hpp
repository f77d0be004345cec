#pragma once

#include <set>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/vm/kept_disks.hpp"

namespace nocloud {

/// Removes every part of a VM, in any state of completion: the guest's run, names and addresses, all its
/// volumes, and the domain last. What is gone already is no error. The caller holds its lock, and has
/// refreshed the volumes if the VM ever ran: the host does not know of console logs otherwise.
/// Disks in `kept` stay, and so does one that holds data and that the VM's record does not name; warnings say
/// so. What is merely named like the VM's volumes goes only if this domain alone used it, as a snapshot that
/// virsh made of a disk.
void remove_vm_parts(const Context& context, const VmDefinition& definition, const KeptDisks& kept);

/// The same for a VM that was complete: also what the caller's `ssh` knows of it.
void remove_vm(const Context& context, const VmDefinition& definition, const KeptDisks& kept);

/// Those disks of VMs that are to be removed which another domain uses, or another volume lies over.
KeptDisks disks_that_others_use(Hypervisor& hypervisor, const std::vector<Vm>& vms);

/// Adds a volume and all that lies below it.
void add_with_bases(Hypervisor& hypervisor, const VolumeName& volume, std::set<VolumeName>& volumes);

/// Deletes the image volumes that nobody uses, and tells them as they were. What is in use is read from the
/// disks: the chain below every volume of every active storage pool and below every disk of every domain of
/// this host, nocloud's or not, with its snapshots. While any of them is unreadable, or a VM or template has
/// lost its image, nothing is deleted, and a warning names it.
std::vector<Volume> remove_unused_images(const Context& context);

}  // namespace nocloud
