#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nocloud/app/names/told_names.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/ops/survey/roster.hpp"
#include "nocloud/program/program.hpp"
#include "provisioner/names/own_names.hpp"

namespace nocloud {
namespace {

/// The half of `nocloud names` that asks.
const ToolSpec tool{.name = "nocloud",
                    .summary = "Tells nocloud which names there are.",
                    .synopses = {"KIND…"},
                    .options = {},
                    .words = ToolSpec::Words::anywhere,
                    .local_config = ToolSpec::LocalConfig::ignored};

/// What a host tells of one kind, and by what.
struct Answer {
  Names names;
  std::vector<VmName> vms;
  std::vector<TemplateName> templates;
};

Answer templates_on(const Context& context) {
  Answer answer;
  for (const auto& source : context.hypervisor.templates()) {
    answer.names.insert(source.name.str());
    answer.templates.push_back(source.name);
  }
  return answer;
}

/// A type can change, and is asked for.
Answer types_on(const Context& context) {
  Answer answer;
  for (const auto& vm : context.hypervisor.vm_summaries()) {
    if (vm.owner == context.caller) answer.names.insert(vm.type.str());
    answer.vms.push_back(vm.name);
  }
  return answer;
}

Answer members_on(const Context& context, std::string_view kind) {
  Answer answer;
  for (const auto& vm : roster(context)) {
    if (vm.owner == context.caller) answer.names.insert(kind == "vms" ? vm.name.str() : vm.group.str());
    answer.vms.push_back(vm.name);
  }
  return answer;
}

/// Asks the host, and keeps what it says for the next one who wants to know.
Names names_on(const Context& context, std::string_view kind) {
  const ToldNames told(context.runtime_folder, context.hypervisor.place().uri, kind);
  const auto settled = told.settled_change();
  auto answer = kind == "templates" ? templates_on(context)
                : kind == "types"   ? types_on(context)
                                    : members_on(context, kind);
  told.keep(answer.names, settled, answer.vms, answer.templates);
  return std::move(answer.names);
}

Names names_of(const Call& call, std::string_view kind) {
  if (auto names = own_names(call.invocation, kind)) return *std::move(names);
  return names_on(System(call.invocation, call.reporter, call.stop).context(), kind);
}

int run(const Call& call) {
  Names names;
  for (const auto& kind : call.invocation.words()) names.merge(names_of(call, kind));
  if (call.wants_json()) return print_json(names), 0;
  for (const auto& name : names) fmt::print("{}\n", name);
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
