#include "nocloud/ops/ssh_client.hpp"

#include "nocloud/ssh/ssh_config.hpp"

namespace nocloud {
namespace {

SshClientSetup setup_for(const LocatedVm& located, const SshAccess& access) {
  return {
      .name = located.vm.name, .peer = peer_of(located, access.identity), .known_hosts = access.known_hosts};
}

}  // namespace

SshAccess ssh_access(const Context& context) {
  return {.known_hosts = context.keyring.known_hosts(), .identity = context.keyring.identity()};
}

Arguments ssh_command(const LocatedVm& located, const SshAccess& access) {
  return ssh_arguments(setup_for(located, access));
}

std::string ssh_options(const LocatedVm& located, const SshAccess& access) {
  return ssh_common_arguments(setup_for(located, access));
}

}  // namespace nocloud
