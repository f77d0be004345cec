#include <string>

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "nocloud/ops/vm/wait.hpp"
#include "nocloud/program/program.hpp"
#include "nocloud/program/standard_streams.hpp"
#include "provisioner/output/outcome.hpp"
#include "provisioner/request/naming.hpp"
#include "provisioner/request/question.hpp"
#include "provisioner/request/selection.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmstop",
    .summary =
        "Powers VMs off: asks each guest, then forces those that take too long. With -d, removes them "
        "without a trace.",
    .synopses = {"[-d] -g GROUP [-t TYPE] [OPTION…]", "[-d] NAME… [OPTION…]"},
    .options = selection_options() + naming_options() +
               std::vector<OptionSpec>{
                   {.name = "delete",
                    .letter = 'd',
                    .help = "remove the VMs with disks, addresses and names; powers off at once"},
                   {.name = "yes", .letter = 'y', .help = "do not ask before removing"},
                   {.name = "grace",
                    .value = "SECONDS",
                    .help = "how long a guest may take to power off (default: 60); not with -d"}},
    .words = ToolSpec::Words::anywhere,
    .word_candidates = Candidates::vms,
    .examples = {{"vmstop -g pftest", "powers off all VMs of group pftest"},
                 {"vmstop -d -y -g pftest", "removes them"},
                 {"vmstop web00 web01", "powers off these two"}}};

StopRequest request_from(const Invocation& invocation) {
  const auto selection = selection_of(invocation);
  StopRequest request{.group = selection.group, .type = selection.type, .owner = selection.owner};
  for (const auto& word : invocation.words()) request.names.push_back(name_of(invocation, word));
  request.grace = invocation.parsed("grace", seconds_from).value_or(request.grace);
  if (request.names.empty() && !request.group) refuse_usage("say which VMs: -g GROUP or names");
  if (!request.names.empty() && (request.group || request.type))
    refuse_usage("names and --group or --type don't go together");
  require_names_for_stem(invocation);
  if (invocation.has("delete"))
    invocation.require_only("--delete", {"delete", "yes", "group", "type", "owner", "stem"});
  return request;
}

/// Returns if the user agrees, or has agreed by -y. Throws Error{interrupted} if not, Error{usage} if nobody
/// can be asked.
void confirm_removal(const Call& call, const std::vector<Vm>& vms) {
  if (call.invocation.has("yes") || vms.empty()) return;
  if (!can_ask()) refuse_usage("-d asks before it removes, and there is no terminal: add -y");
  std::vector<std::string> names;
  for (const auto& vm : vms) names.push_back(vm.name.str());
  if (!agrees(
          fmt::format("Remove {} with all {} data?", enumerated(names), names.size() == 1 ? "its" : "their"),
          call.stop))
    throw Error(ErrorKind::interrupted, "nothing was removed");
}

/// A group that was misspelt would else look like one that is gone, and so would one that only others have.
void say_what_is_not_meant(const Call& call, const std::vector<Vm>& vms, const OthersVms& others,
                           const Owner& caller) {
  if (!others.empty()) {
    return call.reporter.warn(
        fmt::format("left alone: {} (you are {})", others.str(), printable(caller.str())),
        fmt::format("If they are meant, add `{}`.", others.option()));
  }
  const bool quiet = call.invocation.has("quiet");
  if (vms.empty() && !quiet) print_to_stderr("no VM of that group, type and owner is there\n");
}

int run(const Call& call) {
  auto request = request_from(call.invocation);
  const bool removes = call.invocation.has("delete");
  const System system(call.invocation, call.reporter, call.stop);
  const auto& words = call.invocation.words();
  for (std::size_t i = 0; i < words.size(); ++i)
    request.names[i] = name_on(system.context(), call.invocation, words[i]);
  OthersVms others;
  const auto vms = vms_to_stop(system.context(), request, others);
  say_what_is_not_meant(call, vms, others, system.context().caller);
  if (removes) confirm_removal(call, vms);
  const auto results = removes ? remove(system.context(), vms) : stop(system.context(), request, vms);
  nlohmann::json changed = nlohmann::json::array();
  for (const auto& result : results) {
    if (call.wants_json()) {
      changed.push_back(
          {{"name", result.name.str()}, {"changed", result.changed}, {"error", error_json(result.error)}});
    } else if (result.changed && !result.error) {
      fmt::print("{}\n", result.name);
    }
  }
  if (call.wants_json()) print_json({{"vms", std::move(changed)}});
  return conclude(tool.name, results);
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
