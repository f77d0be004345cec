#pragma once

#include <vector>

#include "ansible_collection/src/module/module.hpp"

namespace nocloud::ansible {

/// All that there are.
std::vector<Module> modules();

}  // namespace nocloud::ansible
