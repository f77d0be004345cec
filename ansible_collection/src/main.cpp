#include "ansible_collection/src/module/module_program.hpp"
#include "ansible_collection/src/modules.hpp"

int main(int argc, char** argv) {
  return nocloud::ansible::run_module_program(nocloud::ansible::modules(), {argv, argv + argc});
}
