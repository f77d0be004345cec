#pragma once

#include "nocloud/base/concatenation.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/program/program.hpp"

namespace nocloud {

/// --group, --type and --owner, as several tools have them.
std::vector<OptionSpec> selection_options();
/// --owner alone.
OptionSpec owner_option_spec();
VmFilter selection_of(const Invocation& invocation);

/// Says on standard error which VMs a listing leaves out; nothing if it is to be quiet.
void tell_of_others(const Call& call, const OthersVms& others, const Owner& caller);

}  // namespace nocloud
