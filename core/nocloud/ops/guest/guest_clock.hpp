#pragma once

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// Sets the clock of a guest that goes on from saved memory: its clock stands where it was saved, and what
/// checks times (apt, TLS, make) breaks. The guest's agent does it, else its user over SSH, as root or by
/// sudo; the guest's clock is read back. Waits for a minute at most, an emulated guest for three. A failure
/// is a warning. Throws Error{interrupted}.
void set_guest_clock(const Context& context, const LocatedVm& located);

}  // namespace nocloud
