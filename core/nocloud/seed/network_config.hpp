#pragma once

#include <string>
#include <vector>

#include "nocloud/seed/seed.hpp"

namespace nocloud {

/// cloud-init's network-config, version 2 (netplan's own form), as JSON.
std::string network_config(const std::vector<SeedNic>& nics);

}  // namespace nocloud
