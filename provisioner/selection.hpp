#pragma once

#include <chrono>
#include <optional>

#include "nocloud/app/tool.hpp"
#include "nocloud/ops/survey.hpp"

namespace nocloud {

/// --group, --type and --owner, as several tools have them.
std::vector<OptionSpec> selection_options();
VmFilter selection_of(const Invocation& invocation);

/// A number of seconds from 0 to a day. Throws Error{invalid_input}.
std::chrono::seconds seconds_from(std::string_view text);

/// The options followed by others.
std::vector<OptionSpec> operator+(std::vector<OptionSpec> options, std::vector<OptionSpec> others);

}  // namespace nocloud
