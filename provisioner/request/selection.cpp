#include "provisioner/request/selection.hpp"

#include <fmt/format.h>

#include "nocloud/program/standard_streams.hpp"

namespace nocloud {

std::vector<OptionSpec> selection_options() {
  return {{.name = "group",
           .letter = 'g',
           .value = "GROUP",
           .help = "only VMs of this group",
           .candidates = Candidates::groups},
          {.name = "type",
           .letter = 't',
           .value = "TYPE",
           .help = "only VMs of this type",
           .candidates = Candidates::types},
          owner_option_spec()};
}

OptionSpec owner_option_spec() {
  return {.name = "owner",
          .value = "USER|any",
          .help = "VMs of this user (eva or eva@desk), or everybody's (default: yours)"};
}

VmFilter selection_of(const Invocation& invocation) {
  VmFilter filter{.group = invocation.parsed("group", GroupName::parse),
                  .type = invocation.parsed("type", TypeName::parse)};
  filter.owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  return filter;
}

void tell_of_others(const Call& call, const OthersVms& others, const Owner& caller) {
  if (others.empty() || call.invocation.has("quiet")) return;
  print_to_stderr("{}\n", not_shown(others, caller));
}

}  // namespace nocloud
