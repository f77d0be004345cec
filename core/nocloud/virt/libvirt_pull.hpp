#pragma once

#include <stop_token>

#include "nocloud/virt/libvirt_vms.hpp"
#include "nocloud/virt/libvirt_volumes.hpp"

namespace nocloud {

struct Pull {
  const VmName& name;
  const CopyProgress& progress;
  const std::stop_token& stop;
};

/// What Hypervisor::pull_base promises.
void pull_base_on(const Connection& connection, LibvirtVms& vms, LibvirtVolumes& volumes, const Pull& pull);

}  // namespace nocloud
