#pragma once

#include <set>
#include <string>

#include "nocloud/virt/hypervisor.hpp"
#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {

/// Which of the volumes of nocloud's pool, whose folder is given, are in use, by other domains than these.
VolumeUse volume_use(const Connection& connection, const std::string& folder,
                     const std::set<VolumeName>& volumes, const std::set<VmName>& except);

}  // namespace nocloud
