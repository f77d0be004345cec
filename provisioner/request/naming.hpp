#pragma once

#include <string_view>
#include <vector>

#include "nocloud/base/concatenation.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {

/// --stem, of each tool that takes VMs' names.
std::vector<OptionSpec> naming_options();

/// Throws Error{usage} if --stem is typed beside no name, to which it says nothing.
void require_names_for_stem(const Invocation& invocation);

/// The name that a word stands for, before the host is asked. Throws Error{invalid_input}.
VmName name_of(const Invocation& invocation, std::string_view word);
/// The VM that the word means on the host: see vm_meant().
VmName name_on(const Context& context, const Invocation& invocation, std::string_view word);

}  // namespace nocloud
