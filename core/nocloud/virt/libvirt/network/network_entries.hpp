#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nocloud/virt/libvirt/connection.hpp"
#include "nocloud/virt/xml/network_xml.hpp"

namespace nocloud {

enum class NetworkXml { in_force, configured };
/// A network's XML, or null and libvirt's error.
TextHandle network_xml_of(const Connection& connection, virNetworkPtr network, NetworkXml which);

/// The DHCP or the DNS host entries of one network, of which there are two lists: the one in force while the
/// network is active, and the one in its configuration.
class NetworkEntries {
 public:
  enum class Kind { dhcp, dns };
  using Matches = std::function<bool(const HostEntry&)>;

  NetworkEntries(const Connection& connection, virNetworkPtr network, bool active, Kind kind)
      : connection_(connection), network_(network), active_(active), kind_(kind) {}

  /// Whether an entry in either list matches.
  bool any(const Matches& matches) const;
  /// Removes what matches from both lists; false if nothing did.
  bool remove(const Matches& matches) const;
  /// Adds the entry to the lists in which it is not, in place of what matches there.
  void replace(const HostEntry& entry, const Matches& matches) const;
  /// Adds the entry to the configuration and, with `at_once`, to the list in force. Gives libvirt's refusal,
  /// or nothing.
  std::optional<Fault> add(const HostEntry& entry, bool at_once) const;

 private:
  enum Scope : unsigned {
    in_force = VIR_NETWORK_UPDATE_AFFECT_LIVE,
    configured = VIR_NETWORK_UPDATE_AFFECT_CONFIG,
    both = in_force | configured,
  };
  std::vector<Scope> scopes() const;
  std::vector<HostEntry> read(Scope scope, const Matches& matches) const;
  void remove_one(Scope scope, const HostEntry& entry) const;
  int update(unsigned command, const HostEntry& entry, unsigned flags) const;
  std::string what() const;

  const Connection& connection_;
  virNetworkPtr network_;
  bool active_;
  Kind kind_;
};

}  // namespace nocloud
