#pragma once

#include <string>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// The last lines of the guest's console as part of a message ("\nconsole: …" a line), or that there are
/// none. Control characters are made visible.
std::string console_report(Hypervisor& hypervisor, const VmName& name);

}  // namespace nocloud
