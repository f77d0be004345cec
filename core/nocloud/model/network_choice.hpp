#pragma once

#include <string>
#include <string_view>

namespace nocloud {

enum class NetworkKind {
  /// A libvirt network with addresses that nocloud claims.
  nat,
  /// User-mode networking with a forwarded SSH port on 127.0.0.1.
  user,
  /// A bridge that others serve with addresses.
  bridge,
  /// The VMs of one group among themselves, beside `user`.
  group,
};

/// A network to put a NIC on: `nat` (libvirt's network `nocloud`), `nat=NAME`, `user`, `user=restricted`,
/// `bridge=NAME`; and in a VM's own record `group=NAME`, which nobody types.
struct NetworkChoice {
  /// The name of a `user` network whose guest reaches neither the host nor anything beyond.
  static constexpr std::string_view restricted = "restricted";

  NetworkKind kind = NetworkKind::nat;
  /// Of the libvirt network, the bridge or the group; empty or `restricted` for `user`.
  std::string name = "nocloud";

  /// Throws Error{invalid_input}.
  static NetworkChoice parse(std::string_view text);
  /// The same without what nobody types.
  static NetworkChoice parse_chosen(std::string_view text);
  /// As parse reads it.
  std::string str() const;
  bool operator==(const NetworkChoice&) const = default;
};

}  // namespace nocloud
