#pragma once

#include <string>

#include "nocloud/model/connection_uri.hpp"

namespace nocloud {

/// Where the hypervisor is; its connection knows that without asking it.
struct HostPlace {
  /// The connection's URI as libvirt has resolved it.
  std::string uri;
  /// Whether the hypervisor runs on this machine.
  bool local = true;
  /// Where SSH leads to the hypervisor, `[user@]host` or `ssh://[user@]host:port`; else empty.
  std::string via = {};
  /// The key file with which that is; empty: what the user's own `ssh` takes.
  std::string via_key = {};
  /// Whether it may make networks (false for an ordinary user's own hypervisor, qemu:///session).
  bool privileged = true;

  /// One name for this hypervisor, whichever way the connection takes: locks and keys belong to it.
  std::string identity() const { return canonical_uri(uri); }
};

}  // namespace nocloud
