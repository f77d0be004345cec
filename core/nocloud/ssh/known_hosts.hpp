#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/name.hpp"
#include "nocloud/ssh/endpoint.hpp"

namespace nocloud {

/// The name by which known_hosts knows a VM, for HostKeyAlias: `NAME.DIGEST`, the digest being the
/// connection's. Names are unique per connection only, so another connection's VM never passes for this one.
std::string host_key_alias(const VmName& name, std::string_view uri);

/// One VM's line in a known_hosts file. The line knows the VM by its alias and, on this machine, by where SSH
/// answers.
struct KnownHost {
  VmName name;
  /// Nothing where that holds on another machine only: here it would speak of whatever answers there.
  std::optional<Endpoint> endpoint;
  /// "ssh-ed25519 AAAA…".
  std::string host_key;
  /// The connection on which the VM lives.
  std::string uri;
};

/// The file's text with this VM's line added or replaced; lines that are not ours stay as they are. VMs of
/// the same connection that had the address are dropped: they are gone. Those of another one only lose the
/// address. Our lines that know a VM by its mere name, as they once did, know it by its alias then.
std::string with_known_host(std::string_view file, const KnownHost& host);

/// The same for many VMs, in one pass.
std::string with_known_hosts(std::string_view file, const std::vector<KnownHost>& hosts);

/// The file's text without this VM's line.
std::string without_known_host(std::string_view file, const VmName& name, std::string_view uri);

}  // namespace nocloud
