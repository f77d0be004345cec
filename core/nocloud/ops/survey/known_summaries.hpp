#pragma once

#include <vector>

#include "nocloud/model/vm.hpp"
#include "nocloud/ops/context.hpp"

namespace nocloud {

/// All VMs of the host in short, sorted by name. While no domain's definition has changed (see DomainFolder),
/// the host is asked only who is there and in which state, and not for each VM's record: that is kept in the
/// runtime folder.
std::vector<VmSummary> known_summaries(const Context& context);

}  // namespace nocloud
