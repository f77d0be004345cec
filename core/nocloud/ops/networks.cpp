#include "nocloud/ops/networks.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::string_view own_network = "nocloud";

/// The first /20 of 10.96.0.0/12 that no network of the host uses: far from the /24s of home routers and
/// libvirt, out of the way of the 10.0–10.95 that VPNs and offices like, and room for 2,000 VMs in each half.
Ipv4Subnet free_subnet(const std::vector<Ipv4Subnet>& in_use) {
  constexpr std::uint32_t first = 10U << 24U | 96U << 16U;
  constexpr std::uint32_t step = 1U << 12U;
  for (std::uint32_t network = first; network < first + (1U << 20U); network += step) {
    const Ipv4Subnet candidate(Ipv4Address(network + 1), 20);
    const bool free = std::none_of(in_use.begin(), in_use.end(),
                                   [&](const auto& used) { return used.overlaps(candidate); });
    if (free) return candidate;
  }
  throw Error(ErrorKind::conflict, "no subnet of 10.96.0.0/12 is free on this host",
              "Define a libvirt network by hand and name it: --network nat=NAME.");
}

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

void define_own_network(const Context& context, const NetworkName& name) {
  try {
    define_network(context, name, free_subnet(context.hypervisor.subnets_in_use()));
  } catch (const Error& error) {
    // Another user's run may have been first; that network serves as well.
    if (error.kind() != ErrorKind::conflict || !start_if_present(context, name)) throw;
  }
}

void check_is_free(const Ipv4Subnet& subnet, const std::vector<Ipv4Subnet>& in_use) {
  for (const auto& used : in_use) {
    if (!used.overlaps(subnet)) continue;
    throw Error(ErrorKind::conflict,
                fmt::format("the host uses {} already, and {} overlaps it", used.str(), subnet.str()),
                "Choose another subnet, or leave the choice to nocloud.");
  }
}

void require_privilege(const Context& context, const NetworkName& name) {
  const auto place = context.hypervisor.place();
  if (place.privileged) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("network {} can't be used on {}", cited(name.str()), place.uri),
              "An ordinary user's own libvirt has no NAT networks: use --network user, or --connect "
              "qemu:///system.");
}

FileLock lock_of(const Context& context, const NetworkName& name) {
  return context.locks.acquire("network." + name.str(), context.stop);
}

Error no_network(const NetworkName& name) {
  return {ErrorKind::not_found, fmt::format("there is no network {}", cited(name.str())),
          "`virsh net-list --all` shows those there are."};
}

}  // namespace

NetworkList default_networks(const HostPlace& place) {
  return place.privileged ? NetworkList() : NetworkList({{.kind = NetworkKind::user, .name = ""}});
}

Network require_network(Hypervisor& hypervisor, const NetworkName& name) {
  if (auto network = hypervisor.find_network(name)) return *std::move(network);
  throw no_network(name);
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

Network make_network(const Context& context, const NetworkName& name,
                     const std::optional<Ipv4Subnet>& subnet, NetworkTakeover takeover) {
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
    const auto in_use = context.hypervisor.subnets_in_use();
    if (subnet) check_is_free(*subnet, in_use);
    define_network(context, name, subnet ? *subnet : free_subnet(in_use));
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
