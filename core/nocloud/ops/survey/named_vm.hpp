#pragma once

#include <string_view>

#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// The VM that a word of a command line means: one that is called exactly so and that the filter accepts,
/// else the one that vm_of_word() names, whether that is there or not. Throws Error{invalid_input} if the
/// word makes no name.
VmName vm_meant(const Context& context, std::string_view word, std::string_view stem,
                const OwnerFilter& owner);

}  // namespace nocloud
