#pragma once

#include "nocloud/app/program.hpp"
#include "nocloud/ops/published_template.hpp"

namespace nocloud {

/// The published images that this invocation may name, at the mirror that it says.
Catalogue catalogue_of(const Invocation& invocation);

/// Prints the templates there are, and what can be built and downloaded; gives the exit status.
int list_templates(const Call& call);

}  // namespace nocloud
