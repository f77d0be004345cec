#include "ansible_collection/src/modules.hpp"

#include "ansible_collection/src/group_module.hpp"
#include "ansible_collection/src/template_module.hpp"
#include "ansible_collection/src/vm_info_module.hpp"
#include "ansible_collection/src/vm_module.hpp"

namespace nocloud::ansible {

std::vector<Module> modules() {
  return {{group_spec(), run_group},
          {template_spec(), run_template},
          {vm_spec(), run_vm},
          {vm_info_spec(), run_vm_info}};
}

}  // namespace nocloud::ansible
