#pragma once

#include "nocloud/ssh/ssh_port.hpp"

namespace nocloud {

/// SSH through libssh2, and through the `ssh` program to a machine in between. Every call makes connections
/// of its own; an endpoint's host has to be an IP address. The identity has to be an ed25519 or ECDSA key in
/// OpenSSH's format without passphrase: Error{invalid_input} says so (libssh2 1.10 signs with RSA only by
/// SHA-1, which no current server takes).
class LibSsh final : public Ssh {
 public:
  SshProgress wait_for(const SshPeer& peer, const SshWait& wait) override;
  int run(const SshPeer& peer, std::string_view command, const CommandSinks& sinks, Clock::TimePoint deadline,
          const std::stop_token& stop) override;
};

}  // namespace nocloud
