#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/name.hpp"
#include "nocloud/ssh/endpoint.hpp"

namespace nocloud {

/// One VM's line in a known_hosts file. The line knows the VM by name (for HostKeyAlias) and by where SSH
/// answers.
struct KnownHost {
  VmName name;
  Endpoint endpoint;
  /// "ssh-ed25519 AAAA…".
  std::string host_key;
  /// The connection on which the VM lives: names are unique per connection only.
  std::string uri;
};

/// The file's text with this VM's line added or replaced; lines that are not ours stay as they are. Lines of
/// others that claim the same address are dropped: they speak of a VM that is gone.
std::string with_known_host(std::string_view file, const KnownHost& host);

/// The same for many VMs, in one pass.
std::string with_known_hosts(std::string_view file, const std::vector<KnownHost>& hosts);

/// The file's text without this VM's line.
std::string without_known_host(std::string_view file, const VmName& name, std::string_view uri);

}  // namespace nocloud
