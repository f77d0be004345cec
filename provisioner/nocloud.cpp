#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "nocloud/app/data_files.hpp"
#include "nocloud/app/program.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/base/process.hpp"
#include "nocloud/base/text.hpp"

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
                                 "names vms|groups|types|templates|verbs"},
                    .options = {},
                    .words = ToolSpec::Words::command,
                    .word_candidates = Candidates::verbs,
                    .examples = {{"nocloud instantiate -f pftest", "as vminstantiate -f pftest"},
                                 {"nocloud stop --help", "explains vmstop"},
                                 {"nocloud names groups", "the groups of your VMs, a line each"}}};

/// Becomes the tool: its signals, streams and exit status are then between it and the user.
[[noreturn]] void become(const std::string& name, const std::vector<std::string>& words) {
  Arguments command{sibling_tool(name).string()};
  command.insert(command.end(), words.begin() + 1, words.end());
  replace_process(command);
}

std::set<std::string> names_of(const Context& context, std::string_view kind) {
  std::set<std::string> names;
  if (kind == "templates") {
    for (const auto& source : context.hypervisor.templates()) names.insert(source.name.str());
    return names;
  }
  for (const auto& vm : context.hypervisor.vm_summaries()) {
    if (vm.owner != context.caller) continue;
    names.insert(kind == "vms" ? vm.name.str() : kind == "groups" ? vm.group.str() : vm.type.str());
  }
  return names;
}

int print_names(const Call& call, const std::vector<std::string>& words) {
  static const std::set<std::string> kinds{"vms", "groups", "types", "templates", "verbs"};
  if (words.size() != 2 || !kinds.contains(words[1])) {
    refuse_usage("say which names: vms, groups, types, templates or verbs");
  }
  if (words[1] == "verbs") return fmt::print("{}\nnames\nvm\n", fmt::join(verbs(), "\n")), 0;
  const System system(call.invocation, call.reporter, call.stop);
  for (const auto& name : names_of(system.context(), words[1])) fmt::print("{}\n", name);
  return 0;
}

int run(const Call& call) {
  const auto& words = call.invocation.words();
  if (words.empty()) refuse_usage("say what to do");
  if (words[0] == "names") return print_names(call, words);
  if (words[0] == "vm") become("vm", words);
  if (verbs().contains(words[0])) become("vm" + words[0], words);
  refuse_usage(fmt::format("{} is nothing that nocloud does", cited(words[0])));
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
