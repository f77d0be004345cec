#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nocloud {

/// What libvirt's URI of a connection says about where it leads.
struct ConnectionUri {
  bool local = true;
  /// Where SSH leads to the host, `[user@]host`, or `ssh://[user@]host:port`; else empty.
  std::string via = {};
  /// The key file that the URI gives for that (`keyfile=`), absolute or from `~` on; else empty.
  std::string via_key = {};
  /// An ordinary user's own hypervisor.
  bool session = false;
  /// libvirt's pretence of one, `test:///…`.
  bool pretended = false;
};

/// Takes any text: libvirt itself says what is wrong with a URI.
ConnectionUri read_connection_uri(std::string_view uri);

/// The same connection without the transport `+unix`, which libvirt takes where none is told.
std::string without_usual_transport(const std::string& uri);

/// One name for the same hypervisor, for locks and keys: of a local one its driver and path, however it is
/// reached (transport, socket, mode). Not to connect by.
std::string canonical_uri(const std::string& uri);

/// The first part of a URI by which libvirt could run a program, read a key or weaken a check, such as
/// `command=…` or `+ext`; nothing for a URI that only says which host. What is not known counts as such a
/// part.
std::optional<std::string> uncommon_part(std::string_view uri);

}  // namespace nocloud
