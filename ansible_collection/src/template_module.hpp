#pragma once

#include "ansible_collection/src/module/module.hpp"

namespace nocloud::ansible {

ModuleSpec template_spec();
/// Makes a template be there or not.
ModuleResult run_template(const ModuleCall& call);

}  // namespace nocloud::ansible
