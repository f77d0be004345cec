#pragma once

#include <optional>
#include <string>

#include "nocloud/ops/context.hpp"

namespace nocloud {

// A VM that is down is consolidated while it is held up: started, paused, so that QEMU can copy. Its record
// is marked before. A run that is killed leaves it so, with the copy perhaps still at work.

/// Whether a consolidation holds the VM up, or has left it so.
bool is_held_up(const Vm& vm);

/// What to do about a VM that is paused, whoever did that, as a sentence.
std::string remedy_for_paused(const Context& context, const Vm& vm);

/// Warns of a VM that a killed consolidation has left held up; nothing for others.
void warn_if_left_held_up(const Context& context, const Vm& vm);

/// The VM as it is once what a killed consolidation has left of it is ended: it is down, and its record is
/// not marked. One that runs is left alone. Nothing if it is not there. The caller holds the VM's lock.
std::optional<Vm> find_settled(const Context& context, const VmName& name);

/// Marks the VM's record, or takes the mark away. Throws Error{not_found} where the VM has gone.
void mark_held_up(const Context& context, Vm vm);
void unmark_held_up(const Context& context, Vm vm);

}  // namespace nocloud
