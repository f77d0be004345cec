#include "provisioner/selection.hpp"

namespace nocloud {

std::vector<OptionSpec> selection_options() {
  return {
      {.name = "group",
       .letter = 'g',
       .value = "GROUP",
       .help = "only VMs of this group",
       .candidates = Candidates::groups},
      {.name = "type",
       .letter = 't',
       .value = "TYPE",
       .help = "only VMs of this type",
       .candidates = Candidates::types},
      {.name = "owner", .value = "USER|any", .help = "another user's VMs, or everybody's (default: yours)"}};
}

VmFilter selection_of(const Invocation& invocation) {
  VmFilter filter{.group = invocation.parsed("group", GroupName::parse),
                  .type = invocation.parsed("type", TypeName::parse)};
  filter.owner = invocation.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
  return filter;
}

}  // namespace nocloud
