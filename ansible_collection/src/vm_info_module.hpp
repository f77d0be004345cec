#pragma once

#include "ansible_collection/src/module/module.hpp"

namespace nocloud::ansible {

ModuleSpec vm_info_spec();
/// Tells what VMs there are.
ModuleResult run_vm_info(const ModuleCall& call);

}  // namespace nocloud::ansible
