#pragma once

#include "nocloud/virt/xml/domain/domain_xml.hpp"

namespace nocloud::test {

/// A VM on a NAT network, set up by cloud-init: what most VMs are.
VmDefinition usual_vm();
/// An ordinary user's VM: forwarded port, the group's own network, extra disks, a kernel of its template's.
VmDefinition user_vm();
/// A VM on a LAN that knows nothing of cloud-init.
VmDefinition bridged_vm();
/// Being installed, from kernel, initrd, medium and a seed.
VmDefinition unattended_vm();
/// From a medium, looked at by VNC.
VmDefinition vm_by_hand();
Template usual_template();

/// An x86 host.
DomainHost usual_host();

}  // namespace nocloud::test
