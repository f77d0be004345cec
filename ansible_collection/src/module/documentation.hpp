#pragma once

#include <string>
#include <vector>

#include "ansible_collection/src/module/module_spec.hpp"

namespace nocloud::ansible {

/// The Python file beside a module's program, from which `ansible-doc` reads what it is; run, it only says
/// that it is not to be.
std::string documentation_stub(const ModuleSpec& spec);

/// README's table of the modules, in Markdown: what each does, and its arguments.
std::string modules_table(const std::vector<ModuleSpec>& specs);

}  // namespace nocloud::ansible
