#pragma once

#include <string>

#include "nocloud/program/program.hpp"

// The ways in which `vmtemplate` makes a template: each reads the call's options, says what became of the
// template and gives the exit status.

namespace nocloud {

/// By --import.
int import_one(const Call& call);
/// By --from.
int from_one(const Call& call);
/// By --build.
int build_named_recipe(const Call& call);
/// By its NAME: by a recipe, else as it is published.
int make_one(const Call& call, const std::string& word);

}  // namespace nocloud
