#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "nocloud/model/ipv4.hpp"
#include "nocloud/model/mac_address.hpp"
#include "nocloud/model/name.hpp"

// What follows from a name, and never changes: users' networks and playbooks depend on it.

namespace nocloud {

/// Sets hosts that share a LAN apart; hashed before the name as "REALM/name" unless empty.
struct Realm {
  std::string text;
};

/// 52:54:00 and the first 3 bytes of SHA-256(name). `attempt` k > 0 hashes `name#k`: the way out of a
/// collision.
MacAddress mac_of_vm(const VmName& name, const Realm& realm = {}, unsigned attempt = 0);

/// The MAC of a further NIC on a network: that of the text "NETWORK-name".
MacAddress mac_of_further_nic(std::string_view network, const VmName& name, const Realm& realm = {},
                              unsigned attempt = 0);

/// The MAC of a network's bridge: that of the text "BRIDGE.network".
MacAddress mac_of_bridge(std::string_view network, const Realm& realm = {});

/// Where the search for a VM's address begins: the first 4 bytes, big-endian, of SHA-256("ip:" + name),
/// modulo `size`.
std::uint64_t address_index_of(const VmName& name, std::uint64_t size, const Realm& realm = {});

/// The first and last port of the range from which forwarded SSH ports come (below Linux's ephemeral ports).
inline constexpr std::uint16_t first_forwarded_port = 20000;
inline constexpr std::uint16_t last_forwarded_port = 32767;

/// Where the search for a VM's forwarded SSH port begins: like its address, of the text "port:" + name.
std::uint16_t forwarded_port_of(const VmName& name);

/// The name of a VM that was given none: the UUID, version 5 in namespace
/// d655eab6-f311-5665-a10d-1fb6d88e3400, of "group/type/template/ordinal".
VmName unnamed_vm(const GroupName& group, const TypeName& type, const TemplateName& template_name,
                  unsigned ordinal);

}  // namespace nocloud
