#pragma once

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// Makes a VM stand alone: its disk gets all that it takes from the template's image, which it then needs no
/// more. A guest that runs goes on meanwhile; a VM that is down is up for the time, without running an
/// instruction. False if it stood alone already. Throws Error{not_found}, Error{conflict} if it is another's
/// or has snapshots, Error{interrupted}.
bool consolidate(const Context& context, const VmName& name, const OwnerFilter& owner);

}  // namespace nocloud
