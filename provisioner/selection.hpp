#pragma once

#include <optional>

#include "nocloud/app/tool.hpp"
#include "nocloud/ops/survey.hpp"

namespace nocloud {

/// --group, --type and --owner, as several tools have them.
std::vector<OptionSpec> selection_options();
VmFilter selection_of(const Invocation& invocation);

/// The options followed by others.
std::vector<OptionSpec> operator+(std::vector<OptionSpec> options, std::vector<OptionSpec> others);

}  // namespace nocloud
