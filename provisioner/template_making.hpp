#pragma once

#include <string>

#include "nocloud/app/program.hpp"
#include "nocloud/ops/template_source.hpp"

// The ways in which `vmtemplate` makes a template: each reads the call's options, says what became of the
// template and gives the exit status.

namespace nocloud {

/// By --import.
int import_one(const Call& call);
/// By --from.
int from_one(const Call& call, const std::string& word);
/// By --build.
int build_one(const Call& call, const std::string& recipe, IfPresent if_present);
/// By its NAME: by a recipe, else as it is published.
int make_one(const Call& call, const std::string& word);

/// Throws Error{usage} if an option is given that only --build knows.
void refuse_build_options(const Invocation& invocation);

}  // namespace nocloud
