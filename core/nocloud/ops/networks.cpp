#include "nocloud/ops/networks.hpp"

#include <algorithm>

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

void define_own_network(const Context& context, const NetworkName& name) {
  const auto subnet = free_subnet(context.hypervisor.subnets_in_use());
  const auto middle = subnet.network().number() + (1U << (31U - subnet.prefix()));
  const NetworkPlan plan{.name = name,
                         .domain = std::string(own_network),
                         .subnet = subnet,
                         .dynamic = {Ipv4Address(middle), Ipv4Address(subnet.broadcast().number() - 1)},
                         .bridge_mac = mac_of_bridge(name.str(), context.realm)};
  try {
    context.hypervisor.define_network(plan);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict || !start_if_present(context, name)) throw;
    return;  // another user's run was first; that network serves as well
  }
  context.reporter.step(name.str(), fmt::format("network made: {}", subnet.str()));
}

StaticPart assignable(const Network& network) {
  StaticPart fixed(network.subnet, network.dynamic);
  return fixed.size() > 0 ? fixed : StaticPart(network.subnet, {});
}

Error no_network(const NetworkName& name) {
  return {ErrorKind::not_found, fmt::format("there is no network {}", cited(name.str())),
          "`virsh net-list --all` shows those there are."};
}

Network require_network(Hypervisor& hypervisor, const NetworkName& name) {
  if (auto network = hypervisor.find_network(name)) return *std::move(network);
  throw no_network(name);
}

}  // namespace

NetworkChoice default_network(const HostFacts& host) {
  if (host.privileged) return {.kind = NetworkKind::nat, .name = std::string(own_network)};
  return {.kind = NetworkKind::user, .name = ""};
}

void ensure_network(const Context& context, const NetworkName& name) {
  auto& hypervisor = context.hypervisor;
  if (start_if_present(context, name)) return;
  if (!hypervisor.host().privileged) {
    throw Error(ErrorKind::unavailable,
                fmt::format("network {} can't be used on {}", cited(name.str()), hypervisor.host().uri),
                "An ordinary user's own libvirt has no NAT networks: use --network user, or --connect "
                "qemu:///system.");
  }
  const auto held = context.locks.acquire("network." + name.str(), context.stop);
  if (start_if_present(context, name)) return;
  if (name.str() != own_network) throw no_network(name);
  define_own_network(context, name);
}

AddressBook::AddressBook(const Context& context, NetworkName network)
    : context_(context),
      network_(require_network(context.hypervisor, network)),
      addresses_(assignable(network_)),
      least_effect_(StaticPart(network_.subnet, network_.dynamic).size() > 0 ? DhcpEffect::with_next_start
                                                                             : DhcpEffect::now) {
  reload();
}

void AddressBook::reload() {
  const auto now = require_network(context_.hypervisor, network_.name);
  claims_ = now.claims;
  macs_.clear();
  taken_ = {now.reserved.begin(), now.reserved.end()};
  for (const auto& claim : claims_) {
    macs_.emplace(claim.mac, claim.name);
    taken_.insert(claim.address);
  }
  if (least_effect_ == DhcpEffect::with_next_start) return;
  for (const auto& lease : context_.hypervisor.leases(network_.name)) taken_.insert(lease.address);
}

MacAddress AddressBook::free_mac(const VmName& name) const {
  constexpr unsigned attempts =
      1000;  // of 2^24 MACs; a network has room for far fewer VMs than would exhaust them
  for (unsigned attempt = 0; attempt < attempts; ++attempt) {
    const auto mac = mac_of_vm(name, context_.realm, attempt);
    const auto holder = macs_.find(mac);
    if (holder == macs_.end() || holder->second == name) {
      if (attempt > 0) {
        context_.reporter.warn(
            fmt::format("the MAC of {} is held by another VM; it gets {}", name, mac.str()), "");
      }
      return mac;
    }
  }
  throw Error(ErrorKind::conflict, fmt::format("no MAC is free for VM {}", cited(name.str())));
}

Ipv4Address AddressBook::free_address(const VmName& name) const {
  const auto size = addresses_.size();
  const auto start = size == 0 ? 0 : address_index_of(name, size, context_.realm);
  for (std::uint64_t offset = 0; offset < size; ++offset) {
    const auto address = addresses_.at((start + offset) % size);
    if (!taken_.contains(address)) return address;
  }
  throw Error(
      ErrorKind::conflict,
      fmt::format("network {} has no free address for VM {}", cited(network_.name.str()), cited(name.str())),
      "Remove VMs that are no longer needed (`vmstop -d`), or use a larger network.");
}

bool AddressBook::leased_to_another(const Assignment& assignment) const {
  const auto leases = context_.hypervisor.leases(network_.name);
  return std::any_of(leases.begin(), leases.end(), [&](const auto& lease) {
    return lease.address == assignment.address && lease.mac != assignment.mac;
  });
}

AddressBook::Assignment AddressBook::claim(const VmName& name, DhcpEffect effect) {
  const std::lock_guard lock(mutex_);
  effect = std::max(effect, least_effect_);
  const auto held_by_name = [&](const AddressClaim& held) { return held.name == name; };
  // The book may be older than the removal of what had the name.
  if (std::ranges::any_of(claims_, held_by_name)) reload();
  constexpr int attempts = 100;  // each lost to another run that claimed something at the same moment
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto held = std::ranges::find_if(claims_, held_by_name);
    if (held != claims_.end()) return {held->mac, held->address};
    const Assignment assignment{free_mac(name), free_address(name)};
    const AddressClaim claim{name, assignment.mac, assignment.address};
    if (!context_.hypervisor.claim_address(network_.name, claim, effect)) {
      reload();
      continue;
    }
    taken_.insert(assignment.address);
    if (least_effect_ == DhcpEffect::now && leased_to_another(assignment)) {
      context_.hypervisor.release_address(network_.name, name);
      continue;
    }
    macs_.emplace(assignment.mac, name);
    return assignment;
  }
  throw Error(ErrorKind::conflict,
              fmt::format("network {} changes too fast to claim an address for VM {}",
                          cited(network_.name.str()), cited(name.str())),
              "Run the command again.");
}

void AddressBook::release(const VmName& name) {
  const std::lock_guard lock(mutex_);
  context_.hypervisor.withdraw_name(network_.name, name);
  context_.hypervisor.release_address(network_.name, name);
}

}  // namespace nocloud
