#pragma once

#include "ansible_collection/src/module/module.hpp"

namespace nocloud::ansible {

ModuleSpec group_spec();
/// Makes a whole group of VMs be as the task says.
ModuleResult run_group(const ModuleCall& call);

}  // namespace nocloud::ansible
