#pragma once

#include "nocloud/app/tool.hpp"
#include "nocloud/base/concatenation.hpp"
#include "nocloud/ops/survey.hpp"

namespace nocloud {

/// --group, --type and --owner, as several tools have them.
std::vector<OptionSpec> selection_options();
VmFilter selection_of(const Invocation& invocation);

}  // namespace nocloud
