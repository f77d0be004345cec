#pragma once

#include <string>

#include "ansible_collection/src/module_spec.hpp"

namespace nocloud::ansible {

/// The Python file beside a module's program, from which `ansible-doc` reads what it is; run, it only says
/// that it is not to be.
std::string documentation_stub(const ModuleSpec& spec);

}  // namespace nocloud::ansible
