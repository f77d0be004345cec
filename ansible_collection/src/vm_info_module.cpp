#include "ansible_collection/src/vm_info_module.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ansible_collection/src/shared_arguments.hpp"
#include "ansible_collection/src/vm_facts.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::ansible {
namespace {

constexpr const char* vm_info_examples = R"(- name: What runs of pftest
  nocloud.kvm.vm_info:
    group: pftest
    state: running
  register: platform

- name: Where its web servers are
  ansible.builtin.debug:
    msg: "{{ platform.vms | selectattr('type', 'eq', 'web') | map(attribute='ip') | list }}"
)";

std::vector<ReturnSpec> info_returns() {
  auto returns = vm_list_returns();
  // Before what all modules return at their end.
  returns.insert(
      std::prev(returns.end()),
      {.name = "unreadable",
       .type = "list",
       .description =
           "VMs that this release of nocloud cannot read, whatever the filters: name, state and reason. They "
           "are left alone.",
       .sample = nlohmann::json::array()});
  return returns;
}

}  // namespace

ModuleSpec vm_info_spec() {
  return {.name = "vm_info",
          .short_description = "Tells what virtual machines there are",
          .description = {"Lists VMs with all that is known of them. Changes nothing."},
          .arguments = {{.name = "names",
                         .type = ArgumentType::list,
                         .description = {"Only VMs of these names. One that is not there is no error."},
                         .elements = ArgumentType::text},
                        {.name = "group", .description = {"Only VMs of this group."}},
                        {.name = "type", .description = {"Only VMs of this type."}},
                        {.name = "state",
                         .description = {"Whether VMs that are down are meant, too."},
                         .choices = {"running", "all"},
                         .default_value = "all"},
                        owner_argument(),
                        uri_argument()},
          .examples = vm_info_examples,
          .returns = info_returns(),
          .nature = ModuleSpec::Nature::only_looks};
}

ModuleResult run_vm_info(const ModuleCall& call) {
  const auto& arguments = call.task.arguments;
  const VmFilter filter{.group = arguments.parsed("group", GroupName::parse),
                        .type = arguments.parsed("type", TypeName::parse),
                        .owner = owner_of(call),
                        .state = arguments.parsed("state", state_filter_from).value_or(StateFilter::all)};
  std::optional<std::vector<VmName>> names;
  if (const auto given = arguments.texts("names")) {
    names.emplace();
    for (const auto& name : *given)
      names->push_back(while_doing("names", [&] { return VmName::parse(name); }));
  }
  auto vms = nlohmann::json::array();
  const auto found = full_survey(call.context, filter);
  if (found.vms.empty() && !found.others.empty()) {
    call.context.reporter.warn(fmt::format("no such VM is yours ({}); there are {}",
                                           printable(call.context.caller.str()), found.others.str()),
                               "The argument owner asks for VMs of others.");
  }
  for (const auto& located : found.vms) {
    const bool named = !names || std::find(names->begin(), names->end(), located.vm.name) != names->end();
    if (named) vms.push_back(vm_json(located));
  }
  auto unreadable = nlohmann::json::array();
  for (const auto& vm : found.unreadable) unreadable.push_back(unreadable_vm_json(vm));
  warn_of(call.context.reporter, found.unreadable);
  return {.facts = {{"vms", std::move(vms)}, {"unreadable", std::move(unreadable)}}};
}

}  // namespace nocloud::ansible
