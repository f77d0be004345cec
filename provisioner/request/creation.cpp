#include "provisioner/request/creation.hpp"

#include "nocloud/ops/vm/user_data.hpp"

namespace nocloud {

std::vector<OptionSpec> placement_options() {
  using Source = OptionSpec::Source;
  return {{.name = "network",
           .value = "NETWORK",
           .help = "nat, nat=NAME, user, user=restricted or bridge=NAME, or several with commas (default: "
                   "nat, or user on "
                   "qemu:///session)",
           .source = Source::setting},
          {.name = "virt-type",
           .value = "kvm|qemu",
           .help = "with hardware virtualisation or emulated (default: kvm if it works)",
           .source = Source::setting}};
}

std::vector<OptionSpec> creation_options() {
  return placement_options() +
         std::vector<OptionSpec>{
             {.name = "user-data",
              .value = "FILE",
              .help = "cloud-init user-data for the guests",
              .candidates = Candidates::files},
             {.name = "timeout",
              .value = "SECONDS",
              .help = "how long guests may take, from the start of the last (default: 120; 600 emulated)",
              .source = OptionSpec::Source::setting}};
}

InstantiateRequest creation_of(const Invocation& invocation) {
  InstantiateRequest request{.networks = invocation.parsed("network", NetworkList::parse),
                             .virt_type = invocation.parsed("virt-type", virt_type_from),
                             .timeout = invocation.parsed("timeout", seconds_from)};
  if (const auto file = invocation.value("user-data")) request.user_data = read_user_data(*file);
  return request;
}

}  // namespace nocloud
