#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// What libvirt's URI of a connection says about where it leads.
struct ConnectionUri {
  bool local = true;
  /// Where SSH leads to the host, `[user@]host`, or `ssh://[user@]host:port`; else empty.
  std::string via = {};
  /// An ordinary user's own hypervisor.
  bool session = false;
  /// libvirt's pretence of one, `test:///…`.
  bool pretended = false;
};

/// Takes any text: libvirt itself says what is wrong with a URI.
ConnectionUri read_connection_uri(std::string_view uri);

}  // namespace nocloud
