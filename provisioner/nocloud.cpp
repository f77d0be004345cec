#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "nocloud/app/names/connection.hpp"
#include "nocloud/app/names/told_names.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/program/caller.hpp"
#include "nocloud/program/data_files.hpp"
#include "nocloud/program/program.hpp"
#include "provisioner/names/own_names.hpp"

// A person waits for this program at each Tab: it does not load libvirt's library, which takes longer than
// all else. What it has not told before, its other half, nocloud-names, finds out.

namespace nocloud {
namespace {

const ToolSpec tool{.name = "nocloud",
                    .summary = "One name for all of nocloud's commands: `nocloud stop` is vmstop.",
                    .synopses = {fmt::format("{}|vm [WORD…]", fmt::join(verbs(), "|")),
                                 "names vms|groups|types|templates|recipes|images|verbs…"},
                    .options = {},
                    .words = ToolSpec::Words::command,
                    .word_candidates = Candidates::verbs,
                    .local_config = ToolSpec::LocalConfig::ignored,
                    .examples = {{"nocloud instantiate -f pftest", "as vminstantiate -f pftest"},
                                 {"nocloud stop --help", "explains vmstop"},
                                 {"nocloud names groups", "the groups of your VMs, a line each"}}};

/// Becomes another program: its signals, streams and exit status are then between it and the user. The
/// options are those before the words.
[[noreturn]] void become(const std::filesystem::path& program, const Arguments& options,
                         const Arguments& words) {
  Arguments command{program.string()};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), words.begin(), words.end());
  replace_process(command);
}

std::filesystem::path other_half() {
  if (auto program = own_program("nocloud-names")) return *std::move(program);
  throw Error(ErrorKind::unavailable, "the program nocloud-names is missing",
              "Install nocloud as a whole: it is in libexec/nocloud.");
}

void require_kinds(const std::vector<std::string>& kinds) {
  static const std::set<std::string_view> known{"vms",     "groups", "types", "templates",
                                                "recipes", "images", "verbs"};
  const bool all_known = std::ranges::all_of(kinds, [](const auto& kind) { return known.contains(kind); });
  if (kinds.empty() || !all_known)
    refuse_usage("say which names: vms, groups, types, templates, recipes, images or verbs");
}

/// What was told of a host's; nothing if it has to be asked.
std::optional<Names> told_before(const Invocation& invocation, const std::string& kind) {
  const auto caller = find_caller();
  claim_runtime_folder(caller);
  return ToldNames(caller.runtime_folder, likely_uri(invocation), kind).recall();
}

/// Nothing if somebody has to be asked.
std::optional<Names> recalled(const Call& call, const std::vector<std::string>& kinds) {
  if (call.wants_json()) return std::nullopt;
  Names names;
  for (const auto& kind : kinds) {
    auto told = own_names(call.invocation, kind);
    if (!told) told = told_before(call.invocation, kind);
    if (!told) return std::nullopt;
    names.merge(*told);
  }
  return names;
}

int print_names(const Call& call, const Arguments& options, const std::vector<std::string>& kinds) {
  require_kinds(kinds);
  const auto names = recalled(call, kinds);
  if (!names) become(other_half(), options, kinds);
  for (const auto& name : *names) fmt::print("{}\n", name);
  return 0;
}

int run(const Call& call, Arguments arguments) {
  const auto& words = call.invocation.words();
  if (words.empty()) refuse_usage("say what to do");
  const Arguments others{words.begin() + 1, words.end()};
  arguments.resize(arguments.size() - words.size());
  if (!arguments.empty() && arguments.back() == "--") arguments.pop_back();
  if (words[0] == "names") return print_names(call, arguments, others);
  if (words[0] == "vm") become(sibling_tool("vm"), arguments, others);
  if (verbs().contains(words[0])) become(sibling_tool("vm" + words[0]), arguments, others);
  refuse_usage(fmt::format("{} is nothing that nocloud does", cited(words[0])));
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, [&](const nocloud::Call& call) {
    return nocloud::run(call, {argv + 1, argv + argc});
  });
}
