#include "nocloud/ops/network/address_book.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/network/networks.hpp"

namespace nocloud {
namespace {

StaticPart assignable(const Network& network) {
  StaticPart fixed(network.subnet, network.dynamic);
  return fixed.size() > 0 ? fixed : StaticPart(network.subnet, {});
}

}  // namespace

AddressBook::AddressBook(const Context& context, const NetworkName& network)
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

MacAddress AddressBook::free_mac(const VmName& name, const MacSequence& macs) const {
  constexpr unsigned attempts =
      1000;  // of 2^24 MACs; a network has room for far fewer VMs than would exhaust them
  for (unsigned attempt = 0; attempt < attempts; ++attempt) {
    const auto mac = macs(attempt);
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

AddressBook::Assignment AddressBook::claim(const VmName& name, const MacSequence& macs, DhcpEffect effect) {
  const std::lock_guard lock(mutex_);
  effect = std::max(effect, least_effect_);
  const auto held_by_name = [&](const AddressClaim& held) { return held.name == name; };
  // The book may be older than the removal of what had the name.
  if (std::ranges::any_of(claims_, held_by_name)) reload();
  constexpr int attempts = 100;  // each lost to another run that claimed something at the same moment
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto held = std::ranges::find_if(claims_, held_by_name);
    if (held != claims_.end()) return {held->mac, held->address};
    const Assignment assignment{free_mac(name, macs), free_address(name)};
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

}  // namespace nocloud
