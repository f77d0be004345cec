#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

struct LibvirtTarget {
  /// As libvirt knows connections: "qemu:///system".
  std::string uri;
  /// The storage pool that holds all volumes; made when it is missing.
  std::string pool = "nocloud";
  /// Hears for how long libvirt has not answered, from before the connection to after its end (LibvirtPulse).
  /// Keep-alive messages do the same for connections to other hosts, whose calls fail then.
  std::function<void(std::chrono::milliseconds silent)> on_silence = {};
  /// Hears for how long libvirt has waited for a VM's QEMU, while a call does not end (LibvirtCallWatch).
  std::function<void(const VmName& name, std::chrono::milliseconds waited)> on_guest_wait = {};
};

/// Connects to libvirt. Throws Error{unavailable} with the remedy.
std::unique_ptr<Hypervisor> connect_libvirt(const LibvirtTarget& target);

}  // namespace nocloud
