#pragma once

#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/libvirt/storage/pool.hpp"

namespace nocloud {

/// What Hypervisor::refresh_other_pools promises, of all pools but ours.
std::vector<Error> refresh_pools_beside(const Connection& connection, LibvirtPool& ours);

}  // namespace nocloud
