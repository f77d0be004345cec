#pragma once

#include <string>

#include "nocloud/virt/libvirt/domain/vms.hpp"

namespace nocloud {

/// As Hypervisor::open_screen and Hypervisor::screenshot.
ScreenPlace open_screen_on(const Connection& connection, LibvirtVms& vms, const VmName& name,
                           const std::string& password);
std::string screenshot_on(const Connection& connection, LibvirtVms& vms, const VmName& name);

}  // namespace nocloud
