#pragma once

#include <filesystem>
#include <string>

#include "nocloud/base/process/process.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/ssh/ssh_port.hpp"

namespace nocloud {

/// What OpenSSH's own client has to know to reach a VM as we do: verified, and with our key.
struct SshClientSetup {
  VmName name;
  SshPeer peer;
  /// The file that with_known_host() keeps.
  std::filesystem::path known_hosts;
  /// The connection on which the VM lives.
  std::string uri;
};

// All three forms say the same. With each, ssh reads no configuration of the user's or the machine's, and
// asks no agent; only for reaching a hypervisor the user's counts. A peer that is silent for 15 s ends the
// session. They throw Error{invalid_input} if an endpoint or a path can't be said to ssh.

/// The command line of an interactive session, "ssh" included; a remote command may be appended.
Arguments ssh_arguments(const SshClientSetup& setup);

/// A `Host NAME` block for a file that is given to `ssh -F`.
std::string ssh_config_block(const SshClientSetup& setup);

/// The options without user, host and port, quoted for a shell: what Ansible takes as
/// `ansible_ssh_common_args`.
std::string ssh_common_arguments(const SshClientSetup& setup);

/// A line that makes ssh read every `*.conf` file of the folder.
std::string ssh_config_include(const std::filesystem::path& folder);

}  // namespace nocloud
