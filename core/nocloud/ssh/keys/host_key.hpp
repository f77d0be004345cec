#pragma once

#include <string>
#include <string_view>

#include "nocloud/base/digest.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {

/// An ed25519 key pair in OpenSSH's formats.
struct SshKey {
  /// "openssh-key-v1", PEM, with a final newline. Secret.
  std::string private_key;
  /// "ssh-ed25519 AAAA…", without comment or newline.
  std::string public_key;
};

/// The 32 bytes from which every host key of this user follows.
struct HostKeySecret {
  Sha256 bytes;
};

/// The key pair of a seed (RFC 8032's private key); the same seed gives the same bytes.
SshKey ssh_key_from_seed(const Sha256& seed, std::string_view comment);

/// The host key of a VM: from HKDF-SHA256(secret, "nocloud host key v1:" + name).
SshKey derive_host_key(const HostKeySecret& secret, const VmName& name);

}  // namespace nocloud
