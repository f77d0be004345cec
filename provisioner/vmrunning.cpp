#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/program/program.hpp"
#include "provisioner/output/vm_tree.hpp"
#include "provisioner/request/selection.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmrunning",
    .summary = "Shows the VMs that run: NAME GROUP/TYPE and where SSH answers, a line each.",
    .synopses = {"[-g GROUP] [-t TYPE] [OPTION…]"},
    .options =
        selection_options() +
        std::vector<OptionSpec>{{.name = "state",
                                 .value = "running|all",
                                 .help = "all: stopped ones too, with their state (default: running)"},
                                {.name = "tree", .help = "groups with their types and VMs, drawn as a tree"}},
    .examples = {{"vmrunning -g pftest", "the running VMs of group pftest"},
                 {"vmrunning --tree --state all", "all of yours, in their hierarchy"}}};

std::string place_of(const LocatedVm& located) {
  if (!located.endpoint) return "-";
  const auto& endpoint = *located.endpoint;
  return endpoint.port == 22 ? endpoint.host : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

/// Where it is and, where that may differ, its state.
std::string facts_of(const LocatedVm& located, StateFilter shown) {
  const auto state = shown == StateFilter::all ? fmt::format(" {}", word_for(located.vm.state)) : "";
  return place_of(located) + state;
}

void print_as_json(const Survey& found) {
  auto vms = nlohmann::json::array();
  auto unreadable = nlohmann::json::array();
  for (const auto& located : found.vms) vms.push_back(vm_json(located));
  for (const auto& vm : found.unreadable) unreadable.push_back(unreadable_vm_json(vm));
  print_json({{"vms", std::move(vms)}, {"unreadable", std::move(unreadable)}});
}

/// All that can be told of VMs whose group, type, place and owner nobody can read.
void print_unreadable(const std::vector<Unreadable>& found, StateFilter shown) {
  if (shown != StateFilter::all) return;
  for (const auto& vm : found) fmt::print("{} - - unreadable\n", vm.name);
}

void print_as_tree(const Survey& found, StateFilter shown) {
  VmTree tree;
  for (const auto& located : found.vms) {
    const auto& vm = located.vm;
    tree[vm.group][vm.type].push_back(fmt::format("{} {}", vm.name, facts_of(located, shown)));
  }
  fmt::print("{}", tree_text(tree));
  print_unreadable(found.unreadable, shown);
}

void print_as_lines(const Survey& found, StateFilter shown) {
  for (const auto& located : found.vms) {
    const auto& vm = located.vm;
    fmt::print("{} {}/{} {}\n", vm.name, vm.group, vm.type, facts_of(located, shown));
  }
  print_unreadable(found.unreadable, shown);
}

int run(const Call& call) {
  auto filter = selection_of(call.invocation);
  filter.state = call.invocation.parsed("state", state_filter_from).value_or(StateFilter::running);
  const bool as_tree = call.invocation.has("tree");
  if (as_tree && call.wants_json()) refuse_usage("--tree is text");
  const System system(call.invocation, call.reporter, call.stop);
  const auto found = full_survey(system.context(), filter);
  if (!call.wants_json()) warn_of(call.reporter, found.unreadable);
  if (call.wants_json()) {
    print_as_json(found);
  } else if (as_tree) {
    print_as_tree(found, filter.state);
  } else {
    print_as_lines(found, filter.state);
  }
  tell_of_others(call, found.others, system.context().caller);
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
