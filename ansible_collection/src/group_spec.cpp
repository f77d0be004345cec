#include "ansible_collection/src/group_module.hpp"
#include "ansible_collection/src/shared_arguments.hpp"
#include "ansible_collection/src/vm_facts.hpp"

namespace nocloud::ansible {
namespace {

constexpr const char* group_examples = R"(- name: The platform pftest
  nocloud.kvm.group:
    name: pftest
    description:
      - template: debian12
        count: 2
        type: web
        name: web
      - template: debian12
        type: sql
        name: sql
        memory: 2G
        disks: [10]

- name: The same from a description file of the target, and nothing else in that group
  nocloud.kvm.group:
    file: /srv/platforms/pftest
    prune: true

- name: All of it removed
  nocloud.kvm.group:
    name: pftest
    state: absent
)";

std::vector<ArgumentSpec> line_arguments() {
  return std::vector<ArgumentSpec>{
             {.name = "template",
              .description = {"What these VMs are made from."},
              .need = ArgumentSpec::Need::required},
             {.name = "count",
              .type = ArgumentType::integer,
              .description = {"How many they are, 1 to 1000."},
              .default_value = 1},
             {.name = "type", .description = {"Their type."}, .default_value = "default"},
             {.name = "name",
              .description =
                  {"The stem of their names: C(web) makes C(web00), C(web01) and so on. Without it "
                   "their names are UUIDs."}}} +
         shape_arguments();
}

std::vector<ArgumentSpec> group_arguments() {
  return {{.name = "name",
           .description = {"The group. By default the name of I(file) without its last extension."}},
          {.name = "state",
           .description = {"Whether its VMs are there as described, run and are ready, or are removed."},
           .choices = {"present", "absent"},
           .default_value = "present"},
          {.name = "description",
           .type = ArgumentType::list,
           .description = {"What the group consists of."},
           .elements = ArgumentType::dictionary,
           .options = line_arguments()},
          {.name = "file",
           .type = ArgumentType::path,
           .description = {"The same as a description file on the target, as C(vminstantiate -f) reads it."}},
          {.name = "prune",
           .type = ArgumentType::boolean,
           .description = {"Whether VMs of the group that are not described are removed."},
           .default_value = false},
          {.name = "recreate",
           .type = ArgumentType::boolean,
           .description = {"Whether VMs that can't be changed into what they are to be (another template, "
                           "network, user-data or virtualisation, other disks) are removed with their data "
                           "and made anew. Otherwise the task fails."},
           .default_value = false},
          uri_argument()};
}

}  // namespace

ModuleSpec group_spec() {
  return {.name = "group",
          .short_description = "Makes a group of virtual machines be as described",
          .description =
              {"Makes what is missing of a whole description, starts what is down, and waits until all "
               "of it is ready; or removes it. All in one connection.",
               "VMs that are down are changed where they can be. Where one that runs would have to be "
               "changed, or only another VM could be as described and I(recreate) is not set, the task fails "
               "before anything is done."},
          .arguments = group_arguments() + making_arguments(),
          .mutually_exclusive = {{"description", "file"}},
          .required_one_of = {{"name", "file"}},
          .required_if = {{.argument = "state",
                           .value = "present",
                           .names = {"description", "file"},
                           .of = ModuleSpec::RequiredIf::Of::any}},
          .examples = group_examples,
          .returns = vm_list_returns()};
}

}  // namespace nocloud::ansible
