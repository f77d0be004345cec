#pragma once

#include "nocloud/program/program.hpp"

namespace nocloud {

/// Prints the templates there are, and what can be built and downloaded; gives the exit status.
int list_templates(const Call& call);

}  // namespace nocloud
