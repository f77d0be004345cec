#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nocloud/base/process/process.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// What OpenSSH's own client needs of the caller's beside the VM.
struct SshAccess {
  std::filesystem::path known_hosts;
  std::filesystem::path identity;
  /// The connection on which the VMs live.
  std::string uri;
};

/// The caller's; makes the key pair on first use.
SshAccess ssh_access(const Context& context);

/// The same, and makes known_hosts hold the recorded host keys of these VMs, whoever made them and from
/// where; a record whose host key is none is passed over.
SshAccess ssh_access_to(const Context& context, const std::vector<LocatedSummary>& vms);

/// Makes the caller's `ssh` know the VM, once it is known where it answers.
void remember(const Context& context, const LocatedSummary& located);

/// The command line of a session with the VM, "ssh" included; a remote command may be appended.
/// Throws Error{unavailable} while it is not known where the VM answers.
Arguments ssh_command(const LocatedSummary& located, const SshAccess& access);

/// The same by the caller's access, with the remote command if there is one.
Arguments ssh_session(const Context& context, const LocatedVm& located,
                      const std::vector<std::string>& command);

/// Its options without user, host and port, quoted for a shell: Ansible's `ansible_ssh_common_args`.
std::string ssh_options(const LocatedSummary& located, const SshAccess& access);

}  // namespace nocloud
