#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/meeting_point.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/ops/locks.hpp"
#include "nocloud/ssh/keys/authorized_keys.hpp"
#include "nocloud/ssh/keys/host_key.hpp"
#include "nocloud/ssh/known_hosts.hpp"
#include "nocloud/ssh/ssh_port.hpp"

namespace nocloud {

/// The caller's keys and what the caller's `ssh` knows: the files of $XDG_DATA_HOME/nocloud.
class Keyring {
 public:
  /// `folder` is made when something is first written; `home` is where the caller's own public keys are
  /// looked for. Root that runs for a user by sudo handles all these files with that user's rights
  /// (`habits`).
  Keyring(std::filesystem::path folder, std::filesystem::path home, LockHabits habits = {},
          std::stop_token stop = {});

  /// The host key that follows from the VM's name. Makes the secret on first use.
  SshKey host_key_of(const VmName& name) const;
  /// Where a group of the caller's meets on user-mode networking, which other users cannot work out. Makes
  /// the secret on first use.
  MeetingPoint meeting_point_of(const GroupName& group) const;
  /// Public key lines that may log in: the caller's own and nocloud's. Makes nocloud's key pair on first use.
  AuthorizedKeys authorized_keys() const;
  /// nocloud's private key file, made on first use.
  std::filesystem::path identity() const;
  std::filesystem::path known_hosts() const { return folder_ / "known_hosts"; }
  /// A configuration for `ssh -F` in which every VM is a host by its name.
  std::filesystem::path ssh_config() const { return folder_ / "ssh_config"; }

  /// Makes `ssh` know the VM by name and by address; replaces what was known of it.
  void remember(const KnownHost& host, const SshPeer& peer) const;
  /// Makes `ssh` know the host keys of many VMs, as far as known_hosts goes.
  void remember_keys(const std::vector<KnownHost>& hosts) const;
  void forget(const VmName& name, const std::string& uri) const;

 private:
  FileLock lock_known_hosts() const;
  HostKeySecret secret() const;
  std::filesystem::path host_block(const VmName& name) const;
  void rewrite_known_hosts(const std::function<std::string(std::string_view)>& change) const;

  std::filesystem::path folder_;
  std::filesystem::path home_;
  LockHabits habits_;
  std::stop_token stop_;
};

/// The line if it is an SSH public key as authorized_keys has them. Throws Error{invalid_input}.
std::string public_key_from(std::string_view line);

}  // namespace nocloud
