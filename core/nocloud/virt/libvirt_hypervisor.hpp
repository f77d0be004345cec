#pragma once

#include <memory>
#include <string>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

struct LibvirtTarget {
  /// As libvirt knows connections: "qemu:///system".
  std::string uri;
  /// The storage pool that holds all volumes; made when it is missing.
  std::string pool = "nocloud";
};

/// Connects to libvirt. Throws Error{unavailable} with the remedy.
std::unique_ptr<Hypervisor> connect_libvirt(const LibvirtTarget& target);

}  // namespace nocloud
