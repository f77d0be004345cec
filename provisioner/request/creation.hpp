#pragma once

#include <string>
#include <vector>

#include "nocloud/base/concatenation.hpp"
#include "nocloud/ops/converge/instantiate.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {

/// --network and --virt-type: where new VMs are put.
std::vector<OptionSpec> placement_options();
/// Those, --user-data and --timeout: how new VMs are made, as several tools have them.
std::vector<OptionSpec> creation_options();
/// A request for no VM yet, made as those options say.
InstantiateRequest creation_of(const Invocation& invocation);

}  // namespace nocloud
