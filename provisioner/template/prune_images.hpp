#pragma once

#include "nocloud/program/program.hpp"

namespace nocloud {

/// Removes what nobody uses and prints what that was; gives the exit status.
int prune_images(const Call& call);

}  // namespace nocloud
