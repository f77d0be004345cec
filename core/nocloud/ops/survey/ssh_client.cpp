#include "nocloud/ops/survey/ssh_client.hpp"

#include "nocloud/ssh/keys/public_key.hpp"
#include "nocloud/ssh/ssh_config.hpp"

namespace nocloud {
namespace {

SshClientSetup setup_for(const LocatedSummary& located, const SshAccess& access) {
  return {.name = located.vm.name,
          .peer = peer_of(located, access.identity),
          .known_hosts = access.known_hosts,
          .uri = access.uri};
}

KnownHost known_host(const Context& context, const LocatedSummary& located) {
  const auto place = context.hypervisor.place();
  return {.name = located.vm.name,
          .endpoint = place.local ? located.endpoint : std::nullopt,
          .host_key = located.vm.host_key,
          .uri = place.identity()};
}

}  // namespace

SshAccess ssh_access(const Context& context) {
  return {.known_hosts = context.keyring.known_hosts(),
          .identity = context.keyring.identity(),
          .uri = context.hypervisor.place().identity()};
}

SshAccess ssh_access_to(const Context& context, const std::vector<LocatedSummary>& vms) {
  std::vector<KnownHost> hosts;
  for (const auto& located : vms) {
    // A record may say anything; what it says of one VM must not hide the others. Unknown keys fail
    // verification.
    if (!located.endpoint || !parse_public_key(located.vm.host_key)) continue;
    hosts.push_back(known_host(context, located));
  }
  if (!hosts.empty()) context.keyring.remember_keys(hosts);
  return ssh_access(context);
}

void remember(const Context& context, const LocatedSummary& located) {
  if (!located.endpoint) return;
  context.keyring.remember(known_host(context, located), peer_of(located, context.keyring.identity()));
}

Arguments ssh_command(const LocatedSummary& located, const SshAccess& access) {
  return ssh_arguments(setup_for(located, access));
}

Arguments ssh_session(const Context& context, const LocatedVm& located,
                      const std::vector<std::string>& command) {
  auto arguments = ssh_command(in_short(located), ssh_access(context));
  if (!command.empty()) arguments.emplace_back("--");
  arguments.insert(arguments.end(), command.begin(), command.end());
  return arguments;
}

std::string ssh_options(const LocatedSummary& located, const SshAccess& access) {
  return ssh_common_arguments(setup_for(located, access));
}

}  // namespace nocloud
