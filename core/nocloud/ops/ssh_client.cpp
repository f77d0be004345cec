#include "nocloud/ops/ssh_client.hpp"

#include "nocloud/ssh/public_key.hpp"
#include "nocloud/ssh/ssh_config.hpp"

namespace nocloud {
namespace {

SshClientSetup setup_for(const LocatedSummary& located, const SshAccess& access) {
  return {
      .name = located.vm.name, .peer = peer_of(located, access.identity), .known_hosts = access.known_hosts};
}

}  // namespace

SshAccess ssh_access(const Context& context) {
  return {.known_hosts = context.keyring.known_hosts(), .identity = context.keyring.identity()};
}

SshAccess ssh_access_to(const Context& context, const std::vector<LocatedSummary>& vms) {
  const auto uri = context.hypervisor.place().uri;
  std::vector<KnownHost> hosts;
  for (const auto& [vm, ip, endpoint] : vms) {
    // A record may say anything; what it says of one VM must not hide the others. Unknown keys fail
    // verification.
    if (!endpoint || !parse_public_key(vm.host_key)) continue;
    hosts.push_back({.name = vm.name, .endpoint = *endpoint, .host_key = vm.host_key, .uri = uri});
  }
  if (!hosts.empty()) context.keyring.remember_keys(hosts);
  return ssh_access(context);
}

void remember(const Context& context, const LocatedSummary& located) {
  if (!located.endpoint) return;
  context.keyring.remember(located.vm.name, peer_of(located, context.keyring.identity()),
                           context.hypervisor.place().uri);
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
