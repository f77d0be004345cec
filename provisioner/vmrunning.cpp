#include <fmt/format.h>

#include "nocloud/app/program.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey.hpp"
#include "provisioner/selection.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{.name = "vmrunning",
                    .summary = "Shows the VMs that run: NAME GROUP/TYPE and where SSH answers, a line each.",
                    .synopses = {"[-g GROUP] [-t TYPE] [OPTION…]"},
                    .options = selection_options() +
                               std::vector<OptionSpec>{
                                   {.name = "state",
                                    .value = "running|all",
                                    .help = "all: stopped ones too, with their state (default: running)"}},
                    .examples = {{"vmrunning -g pftest", "the running VMs of group pftest"}}};

std::string place_of(const LocatedVm& located) {
  if (!located.endpoint) return "-";
  const auto& endpoint = *located.endpoint;
  return endpoint.port == 22 ? endpoint.host : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

int run(const Call& call) {
  auto filter = selection_of(call.invocation);
  filter.state = call.invocation.parsed("state", state_filter_from).value_or(StateFilter::running);
  const System system(call.invocation, call.reporter, call.stop);
  nlohmann::json vms = nlohmann::json::array();
  for (const auto& located : survey(system.context(), filter)) {
    const auto& vm = located.vm;
    if (call.wants_json()) {
      vms.push_back(vm_json(located));
      continue;
    }
    const auto state = filter.state == StateFilter::all ? fmt::format(" {}", word_for(vm.state)) : "";
    fmt::print("{} {}/{} {}{}\n", vm.name, vm.group, vm.type, place_of(located), state);
  }
  if (call.wants_json()) print_json({{"vms", std::move(vms)}});
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
