#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/parallel.hpp"
#include "nocloud/ops/vm/consolidate.hpp"
#include "nocloud/program/program.hpp"
#include "provisioner/output/outcome.hpp"
#include "provisioner/request/naming.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmconsolidate",
    .summary =
        "Makes VMs stand alone: what their disks take from their template's image is copied into them, also "
        "while they run.",
    .synopses = {"NAME… [OPTION…]"},
    .options = std::vector<OptionSpec>{{.name = "owner",
                                        .value = "USER|any",
                                        .help = "another user's VMs, or anybody's (default: yours)"}} +
               naming_options(),
    .words = ToolSpec::Words::anywhere,
    .word_candidates = Candidates::vms,
    .examples = {{"vmconsolidate web00", "web00 keeps on running, and needs its template's image no more"}}};

struct ConsolidatedVm {
  VmName name;
  bool changed = false;
  std::optional<Error> error = std::nullopt;
};

int run(const Call& call) {
  const auto& invocation = call.invocation;
  std::vector<ConsolidatedVm> results;
  for (const auto& word : invocation.words()) results.push_back({.name = name_of(invocation, word)});
  if (results.empty()) refuse_usage("say which VMs: NAME…");
  const auto owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  const System system(invocation, call.reporter, call.stop);
  for (std::size_t i = 0; i < results.size(); ++i)
    results[i].name = name_on(system.context(), invocation, invocation.words()[i]);
  constexpr std::size_t one_at_a_time = 1;  // each keeps the disk busy
  const auto errors = in_parallel(results.size(), one_at_a_time, [&](std::size_t index) {
    results[index].changed = consolidate(system.context(), results[index].name, owner);
  });
  nlohmann::json vms = nlohmann::json::array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& result = results[i];
    result.error = errors[i];
    vms.push_back(
        {{"name", result.name.str()}, {"changed", result.changed}, {"error", error_json(result.error)}});
    if (result.changed && !call.wants_json()) fmt::print("{}\n", result.name);
  }
  if (call.wants_json()) print_json({{"vms", std::move(vms)}});
  return conclude(tool.name, results);
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
