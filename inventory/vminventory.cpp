#include <fmt/format.h>

#include "nocloud/app/ansible_inventory.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"

namespace nocloud {
namespace {

using Source = OptionSpec::Source;

const ToolSpec tool{
    .name = "vminventory",
    .summary =
        "The VMs that run: for people, or as an inventory for Ansible (ansible-inventory -i "
        "/path/to/vminventory).",
    .synopses = {"[OPTION…]", "--list [OPTION…]", "--host NAME [OPTION…]"},
    .options = {{.name = "list", .help = "the whole inventory, in Ansible's JSON"},
                {.name = "host",
                 .value = "NAME",
                 .help = "the variables of one host, in Ansible's JSON",
                 .candidates = Candidates::vms},
                {.name = "hostname",
                 .value = "name|address",
                 .help = "what Ansible calls a host (default: name)",
                 .source = Source::setting},
                {.name = "state",
                 .value = "running|all",
                 .help = "all: stopped VMs too (default: running)",
                 .source = Source::setting},
                {.name = "owner",
                 .value = "USER|any",
                 .help = "VMs of this user (eva or eva@desk), or everybody's (default: yours)",
                 .source = Source::setting}},
    .examples = {{"ansible -i \"$(command -v vminventory)\" -m ping all",
                  "asks every running VM whether it is there"}}};

void print_for_people(const std::vector<LocatedSummary>& vms) {
  for (const auto& [vm, ip, endpoint] : vms) {
    const auto place = endpoint ? fmt::format("{} port {}", endpoint->host, endpoint->port) : "-";
    fmt::print("{}  {}/{}  {}  {}  {}\n", vm.name, vm.group, vm.type, vm.template_name, word_for(vm.state),
               place);
  }
}

nlohmann::json variables_of(const std::string& host, const std::vector<LocatedSummary>& vms,
                            const SshAccess& access, HostNaming naming) {
  for (const auto& located : vms) {
    if (host_name_of(located, naming) == host) return host_variables(located, access);
  }
  return nlohmann::json::object();  // Ansible's contract: a host that is unknown has no variables
}

int run(const Call& call) {
  const auto& invocation = call.invocation;
  invocation.require_one_at_most({"list", "host"});
  VmFilter filter{.owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{}),
                  .state = invocation.parsed("state", state_filter_from).value_or(StateFilter::running)};
  const auto naming = invocation.parsed("hostname", host_naming_from).value_or(HostNaming::name);
  const System system(invocation, call.reporter, call.stop);
  const auto& context = system.context();
  OthersVms others;
  const auto vms = survey_in_short(context, filter, others);
  const bool for_people = !invocation.has("list") && !invocation.has("host") && !call.wants_json();
  // Ansible shows what comes on standard error as a warning: only an inventory that is empty is worth one.
  const bool tells = for_people || (vms.empty() && !invocation.has("host"));
  if (tells && !others.empty() && !invocation.has("quiet")) {
    print_to_stderr("{}\n", not_shown(others, context.caller));
  }
  if (for_people) return print_for_people(vms), 0;
  const auto access = ssh_access_to(context, vms);
  if (const auto host = invocation.value("host")) {
    print_json(variables_of(*host, vms, access, naming));
  } else {
    print_json(inventory_json(vms, access, naming));
  }
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
