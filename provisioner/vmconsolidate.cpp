#include <fmt/format.h>

#include "nocloud/app/program.hpp"
#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/ops/consolidate.hpp"

namespace nocloud {
namespace {

const ToolSpec tool{
    .name = "vmconsolidate",
    .summary =
        "Makes VMs stand alone: what their disks take from their template's image is copied into them, also "
        "while they run.",
    .synopses = {"NAME… [OPTION…]"},
    .options = {{.name = "owner",
                 .value = "USER|any",
                 .help = "another user's VMs, or anybody's (default: yours)"}},
    .words = ToolSpec::Words::anywhere,
    .word_candidates = Candidates::vms,
    .examples = {{"vmconsolidate web00", "web00 keeps on running, and needs its template's image no more"}}};

int run(const Call& call) {
  const auto& invocation = call.invocation;
  std::vector<VmName> names;
  for (const auto& word : invocation.words()) names.push_back(VmName::parse(word));
  if (names.empty()) refuse_usage("say which VMs: NAME…");
  const auto owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  const System system(invocation, call.reporter, call.stop);
  nlohmann::json vms = nlohmann::json::array();
  for (const auto& name : names) {
    const bool changed = consolidate(system.context(), name, owner);
    vms.push_back({{"name", name.str()}, {"changed", changed}});
    if (changed && !call.wants_json()) fmt::print("{}\n", name);
  }
  if (call.wants_json()) print_json({{"vms", std::move(vms)}});
  return 0;
}

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  return nocloud::run_program(nocloud::tool, argc, argv, nocloud::run);
}
