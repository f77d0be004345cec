#pragma once

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// Makes the VM boot by its disk's own boot loader from its next start on, instead of the template's kernel:
/// what a VM needs whose kernel was upgraded inside. False if it does so already. Throws Error{not_found},
/// Error{conflict}.
bool boot_own(const Context& context, const VmName& name, const OwnerFilter& owner);

}  // namespace nocloud
