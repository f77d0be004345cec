#include "ansible_collection/src/shared_arguments.hpp"
#include "ansible_collection/src/vm_facts.hpp"
#include "ansible_collection/src/vm_module.hpp"

namespace nocloud::ansible {
namespace {

constexpr const char* vm_examples = R"(- name: A VM that answers over SSH
  nocloud.kvm.vm:
    name: web00
    template: debian12
    group: pftest
    type: web

- name: More memory, changed while the VM is down
  nocloud.kvm.vm:
    name: web00
    memory: 2G
    state: restarted

- name: A VM with an empty disk of 10 GB and packages of its own
  nocloud.kvm.vm:
    name: db00
    template: debian12
    disks: [10]
    user_data: |
      #cloud-config
      packages: [postgresql]
    wait_for: cloud-init
    timeout: 600

- name: No VM, no disk and no address of it is left
  nocloud.kvm.vm:
    name: web00
    state: absent
)";

std::vector<ArgumentSpec> vm_arguments() {
  return {
      {.name = "name",
       .description =
           {"The VM's name: lower-case letters, digits and hyphens. Its MAC, address and SSH host key "
            "follow from it."},
       .need = ArgumentSpec::Need::required},
      {.name = "state",
       .description =
           {"C(started) runs and is ready. C(stopped) is there and down: the guest is asked to power "
            "off, and forced to after a minute. C(restarted) goes down and comes up again.",
            "C(present) is there; it keeps its power state, unless it has to be made: then it is "
            "started. C(absent) leaves nothing of it."},
       .choices = {"absent", "present", "restarted", "started", "stopped"},
       .default_value = "started"},
      {.name = "template", .description = {"What the VM is made from. Needed only where it has to be made."}},
      {.name = "group", .description = {"The VM's group. A new VM is in C(group) by default."}},
      {.name = "type", .description = {"Its type in the group. A new VM is of type C(default) by default."}},
      {.name = "recreate",
       .type = ArgumentType::boolean,
       .description = {"Whether a VM that can't be changed into what it is to be (another template, network, "
                       "user-data or virtualisation, other disks) is removed with its data and made anew. "
                       "Otherwise the task fails. What the task leaves open stays as it was, but user-data, "
                       "of which no copy is kept, have to be given again."},
       .default_value = false},
      uri_argument()};
}

}  // namespace

ModuleSpec vm_spec() {
  return {.name = "vm",
          .short_description = "Makes one virtual machine be as described",
          .description =
              {"Makes, changes, starts, stops and removes a VM, a clone of a template, and waits until "
               "it is ready.",
               "What an argument leaves open stays as it is. Memory, CPUs, type and further disks of a "
               "VM are changed while it is down; where it runs, the task fails unless I(state) is "
               "C(restarted) or C(stopped)."},
          .arguments = vm_arguments() + shape_arguments() + making_arguments(),
          .examples = vm_examples,
          .returns = vm_returns() + std::vector{timings_return()}};
}

}  // namespace nocloud::ansible
