#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "nocloud/app/data_files.hpp"
#include "nocloud/app/program.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/roster.hpp"
#include "nocloud/ops/template_source.hpp"
#include "provisioner/template_list.hpp"

namespace nocloud {
namespace {

/// Each is a tool of that name with "vm" before it.
const std::set<std::string>& verbs() {
  static const std::set<std::string> all{"consolidate", "create", "instantiate", "inventory", "run",
                                         "running",     "snap",   "stop",        "template"};
  return all;
}

const ToolSpec tool{.name = "nocloud",
                    .summary = "One name for all of nocloud's commands: `nocloud stop` is vmstop.",
                    .synopses = {fmt::format("{}|vm [WORD…]", fmt::join(verbs(), "|")),
                                 "names vms|groups|types|templates|recipes|images|verbs…"},
                    .options = {},
                    .words = ToolSpec::Words::command,
                    .word_candidates = Candidates::verbs,
                    .examples = {{"nocloud instantiate -f pftest", "as vminstantiate -f pftest"},
                                 {"nocloud stop --help", "explains vmstop"},
                                 {"nocloud names groups", "the groups of your VMs, a line each"}}};

/// Becomes the tool: its signals, streams and exit status are then between it and the user. The options are
/// those before the verb.
[[noreturn]] void become(const std::string& name, const Arguments& options, const Arguments& words) {
  Arguments command{sibling_tool(name).string()};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), words.begin() + 1, words.end());
  replace_process(command);
}

using Names = std::set<std::string>;

Names names_of_verbs() {
  Names names = verbs();
  names.insert({"names", "vm"});
  return names;
}

Names names_of_recipes() {
  const auto recipes = buildable(data_folder());
  return {recipes.begin(), recipes.end()};
}

/// Of what `vmtemplate NAME` builds or downloads.
Names names_of_images(const Call& call) {
  auto names = names_of_recipes();
  for (const auto& [name, image] : catalogue_of(call.invocation)) names.insert(name.str());
  return names;
}

Names names_on(const Context& context, std::string_view kind) {
  Names names;
  if (kind == "templates") {
    for (const auto& source : context.hypervisor.templates()) names.insert(source.name.str());
    return names;
  }
  if (kind == "types") {
    for (const auto& vm : context.hypervisor.vm_summaries()) {
      if (vm.owner == context.caller) names.insert(vm.type.str());
    }
    return names;
  }
  for (const auto& vm : roster(context)) {
    if (vm.owner == context.caller) names.insert(kind == "vms" ? vm.name.str() : vm.group.str());
  }
  return names;
}

[[noreturn]] void refuse_names() {
  refuse_usage("say which names: vms, groups, types, templates, recipes, images or verbs");
}

Names names_of(const Call& call, std::string_view kind) {
  static const std::set<std::string_view> on_host{"vms", "groups", "types", "templates"};
  if (kind == "verbs") return names_of_verbs();
  if (kind == "recipes") return names_of_recipes();
  if (kind == "images") return names_of_images(call);
  if (on_host.contains(kind)) {
    return names_on(System(call.invocation, call.reporter, call.stop).context(), kind);
  }
  refuse_names();
}

int print_names(const Call& call, const std::vector<std::string>& kinds) {
  if (kinds.empty()) return print_names(call, {""});
  if (kinds.empty()) refuse_names();
  Names names;
  for (const auto& kind : kinds) names.merge(names_of(call, kind));
  if (call.wants_json()) return print_json(names), 0;
  for (const auto& name : names) fmt::print("{}\n", name);
  return 0;
}

int run(const Call& call, Arguments arguments) {
  const auto& words = call.invocation.words();
  if (words.empty()) refuse_usage("say what to do");
  if (words[0] == "names") return print_names(call, {words.begin() + 1, words.end()});
  arguments.resize(arguments.size() - words.size());
  if (!arguments.empty() && arguments.back() == "--") arguments.pop_back();
  if (words[0] == "vm") become("vm", arguments, words);
  if (verbs().contains(words[0])) become("vm" + words[0], arguments, words);
  refuse_usage(fmt::format("{} is nothing that nocloud does", cited(words[0])));
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, [&](const nocloud::Call& call) {
    return nocloud::run(call, {argv + 1, argv + argc});
  });
}
