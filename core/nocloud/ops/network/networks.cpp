#include "nocloud/ops/network/networks.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/network/subnet_choice.hpp"

namespace nocloud {
namespace {

constexpr std::string_view own_network = "nocloud";

bool start_if_present(const Context& context, const NetworkName& name) {
  try {
    if (context.hypervisor.start_network(name)) context.reporter.step(name.str(), "network started");
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return false;
  }
}

/// Half of the subnet is for VMs of ours, half for DHCP.
void define_network(const Context& context, const NetworkName& name, const Ipv4Subnet& subnet) {
  const auto middle = subnet.network().number() + (1U << (31U - subnet.prefix()));
  context.hypervisor.define_network(
      {.name = name,
       .domain = std::string(own_network),
       .subnet = subnet,
       .dynamic = {Ipv4Address(middle), Ipv4Address(subnet.broadcast().number() - 1)},
       .bridge_mac = mac_of_bridge(name.str(), context.realm)});
  context.reporter.step(name.str(), fmt::format("network made: {}", subnet.str()));
}

UsedSubnets used_on(Hypervisor& hypervisor) {
  return {.networks = hypervisor.subnets_in_use(), .routes = hypervisor.routed_subnets()};
}

void warn_of_hidden(const Context& context, const NetworkName& name, const Ipv4Subnet& subnet,
                    const std::optional<Ipv4Subnet>& hidden) {
  if (!hidden) return;
  context.reporter.warn(
      fmt::format("network {} hides {}, part of {}, to which this host has a route", cited(name.str()),
                  subnet.str(), hidden->str()),
      "If you need what is there, define a libvirt network by hand and name it: --network nat=NAME.");
}

/// On a subnet that nothing uses.
void define_anywhere(const Context& context, const NetworkName& name) {
  const auto choice = choose_subnet(used_on(context.hypervisor));
  define_network(context, name, choice.subnet);
  warn_of_hidden(context, name, choice.subnet, choice.hidden);
}

void define_own_network(const Context& context, const NetworkName& name) {
  try {
    define_anywhere(context, name);
  } catch (const Error& error) {
    // Another user's run may have been first; that network serves as well.
    if (error.kind() != ErrorKind::conflict || !start_if_present(context, name)) throw;
  }
}

void define_there(const Context& context, const NetworkName& name, const Ipv4Subnet& subnet) {
  const auto used = used_on(context.hypervisor);
  if (const auto obstacle = obstacle_to(subnet, used)) {
    throw Error(ErrorKind::conflict,
                fmt::format("the host uses {} already, and {} overlaps it", obstacle->str(), subnet.str()),
                "Choose another subnet, or leave the choice to nocloud.");
  }
  define_network(context, name, subnet);
  warn_of_hidden(context, name, subnet, hidden_by(subnet, used));
}

void require_privilege(const Context& context, const NetworkName& name) {
  const auto place = context.hypervisor.place();
  if (place.privileged) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("network {} can't be used on {}", cited(name.str()), place.uri),
              "An ordinary user's own libvirt has no NAT networks: use the network `user`, or the connection "
              "`qemu:///system`.");
}

FileLock lock_of(const Context& context, const NetworkName& name) {
  return context.locks.acquire("network." + name.str(), context.stop);
}

Error no_network(const NetworkName& name) {
  return {ErrorKind::not_found, fmt::format("there is no network {}", cited(name.str())),
          "`virsh net-list --all` shows those there are."};
}

/// Where that can be known.
void require_bridge(Hypervisor& hypervisor, const BridgeName& name) {
  const auto found = hypervisor.find_interface(name);
  if (found == HostInterface::none) {
    throw Error(ErrorKind::not_found, fmt::format("the host has no bridge {}", cited(name.str())),
                "`ip link` shows the host's interfaces; `ip link add NAME type bridge` makes a bridge.");
  }
  if (found == HostInterface::other) {
    throw Error(ErrorKind::not_found,
                fmt::format("the host's network interface {} is not a bridge", cited(name.str())),
                "Name a bridge. `ip link show type bridge` shows those there are.");
  }
}

}  // namespace

NetworkList default_networks(const HostPlace& place) {
  return place.privileged ? NetworkList() : NetworkList({{.kind = NetworkKind::user, .name = ""}});
}

Network require_network(Hypervisor& hypervisor, const NetworkName& name) {
  if (auto network = hypervisor.find_network(name)) return *std::move(network);
  throw no_network(name);
}

void check_networks(const Context& context, const NetworkList& networks) {
  auto& hypervisor = context.hypervisor;
  for (const auto& network : networks.all()) {
    if (network.kind == NetworkKind::nat) {
      const auto name = NetworkName::parse(network.name);
      const bool can_be_made = name.str() == own_network && hypervisor.place().privileged;
      if (can_be_made || hypervisor.find_network(name)) continue;
      require_privilege(context, name);
      throw no_network(name);
    }
    if (network.kind == NetworkKind::bridge) require_bridge(hypervisor, BridgeName::parse(network.name));
  }
}

void ensure_network(const Context& context, const NetworkName& name) {
  if (start_if_present(context, name)) return;
  require_privilege(context, name);
  const auto held = lock_of(context, name);
  if (start_if_present(context, name)) return;
  if (name.str() != own_network) throw no_network(name);
  define_own_network(context, name);
}

bool is_ours(const Network& network, const Realm& realm) {
  return network.bridge_mac == mac_of_bridge(network.name.str(), realm);
}

Network make_network(const Context& context, const NetworkName& name, const std::optional<Ipv4Subnet>& subnet,
                     NetworkTakeover takeover) {
  require_privilege(context, name);
  const auto held = lock_of(context, name);
  if (const auto present = context.hypervisor.find_network(name)) {
    const bool fits = is_ours(*present, context.realm) && (!subnet || *subnet == present->subnet);
    if (!fits || takeover == NetworkTakeover::refuse) {
      throw Error(
          ErrorKind::conflict,
          fmt::format("libvirt has a network {} already, {}", cited(name.str()), present->subnet.str()),
          "Choose another name, or use that network as it is.");
    }
  } else {
    subnet ? define_there(context, name, *subnet) : define_anywhere(context, name);
  }
  start_if_present(context, name);
  return require_network(context.hypervisor, name);
}

bool remove_network(const Context& context, const NetworkName& name) {
  auto& hypervisor = context.hypervisor;
  const auto held = lock_of(context, name);
  const auto present = hypervisor.find_network(name);
  if (!present) return false;
  if (!is_ours(*present, context.realm)) {
    throw Error(ErrorKind::conflict, fmt::format("network {} was not made by nocloud", cited(name.str())),
                "`virsh net-destroy` and `virsh net-undefine` remove it.");
  }
  const NetworkChoice here{.kind = NetworkKind::nat, .name = name.str()};
  std::set<std::string> readable;
  for (const auto& vm : hypervisor.vms()) {
    readable.insert(vm.uuid);
    if (std::ranges::find(vm.nics, here, &Nic::network) == vm.nics.end()) continue;
    throw Error(ErrorKind::conflict,
                fmt::format("VM {} is on network {}", cited(vm.name.str()), cited(name.str())),
                "Remove the VMs that are on it first.");
  }
  for (const auto& found : hypervisor.unreadable(readable)) {
    if (found.kind != Unreadable::Kind::vm) continue;
    throw Error(ErrorKind::conflict,
                fmt::format("a VM that may be on network {} cannot be asked: {}", cited(name.str()),
                            found.error.message()),
                found.error.hint());
  }
  return hypervisor.undefine_network(name);
}

}  // namespace nocloud
