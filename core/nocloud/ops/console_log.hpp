#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// The last lines of the guest's console as part of a message ("\nconsole: …" a line), or that there are
/// none. Control characters are made visible.
std::string console_report(Hypervisor& hypervisor, const VmName& name);

/// Hands on what the VM's console log has and gets, piece by piece and as the guest wrote it, until the VM is
/// down; false if it is not by the deadline. Throws Error{interrupted} when asked to stop.
bool follow_console(const Context& context, const VmName& name,
                    const std::function<void(std::string_view)>& sink,
                    Clock::TimePoint deadline = Clock::TimePoint::max());

}  // namespace nocloud
