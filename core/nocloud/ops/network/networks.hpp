#pragma once

#include <optional>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// The network that a VM is put on where its user names none: `nat` where the hypervisor may make networks,
/// else `user`.
NetworkList default_networks(const HostPlace& place);

/// Makes sure that a NAT network is there and active. Only nocloud's own network `nocloud` is made when it is
/// missing. Throws Error{not_found} for another, Error{unavailable} where networks can't be had, with the
/// remedy.
void ensure_network(const Context& context, const NetworkName& name);

/// Looks whether the networks and bridges are there or can be made, and changes nothing. Throws
/// Error{not_found} for one that is missing, Error{unavailable} where networks can't be had.
void check_networks(const Context& context, const NetworkList& networks);

/// The network, which has to be there. Throws Error{not_found} with the remedy.
Network require_network(Hypervisor& hypervisor, const NetworkName& name);

/// Whether nocloud made this network: it has the MAC that follows from its name.
bool is_ours(const Network& network, const Realm& realm);

/// What to do with a network that is there.
enum class NetworkTakeover { take, refuse };

/// Makes a NAT network, or takes over one of ours that is as wanted, and starts it. Without a subnet it gets
/// the first free one of nocloud's own. Throws Error{conflict} if another has the name or the subnet,
/// Error{unavailable} where networks can't be had.
Network make_network(const Context& context, const NetworkName& name,
                     const std::optional<Ipv4Subnet>& subnet = std::nullopt,
                     NetworkTakeover takeover = NetworkTakeover::take);

/// Removes a network of ours; false if there is none. Throws Error{conflict} if another made it, or a VM is
/// on it.
bool remove_network(const Context& context, const NetworkName& name);

}  // namespace nocloud
