#pragma once

#include <string>
#include <vector>

#include "ansible_collection/src/module/module.hpp"

namespace nocloud::ansible {

/// The program of all modules, from its first line to its exit status. Which one it is follows from the name
/// by which it was started, or from the first word; its arguments are the file that the next word names, or
/// what is on standard input. Prints one JSON object, whatever happens. The one catch.
int run_module_program(const std::vector<Module>& modules, const std::vector<std::string>& command_line);

}  // namespace nocloud::ansible
