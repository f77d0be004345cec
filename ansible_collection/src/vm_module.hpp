#pragma once

#include "ansible_collection/src/module/module.hpp"

namespace nocloud::ansible {

ModuleSpec vm_spec();
/// Makes one VM be as the task says.
ModuleResult run_vm(const ModuleCall& call);

}  // namespace nocloud::ansible
