#pragma once

#include <stop_token>

#include "nocloud/virt/libvirt/domain/vms.hpp"
#include "nocloud/virt/libvirt/storage/volumes.hpp"

namespace nocloud {

struct Pull {
  const VmName& name;
  const CopyProgress& progress;
  const std::stop_token& stop;
};

/// What to tell when a copy of a VM's base ended too early: Error{unavailable} where the host's disk has less
/// room, in bytes, than was left to copy; else, and where the room is not known, Error{failed}.
Error unfinished_pull(const VmName& name, std::uint64_t left, std::optional<std::uint64_t> room);

/// What Hypervisor::pull_base promises.
void pull_base_on(const Connection& connection, LibvirtVms& vms, LibvirtVolumes& volumes, const Pull& pull);

}  // namespace nocloud
