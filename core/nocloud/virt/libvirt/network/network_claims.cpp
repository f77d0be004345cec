#include <optional>
#include <span>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/virt/libvirt/network/network_entries.hpp"
#include "nocloud/virt/libvirt/network/networks.hpp"

namespace nocloud {
namespace {

using Kind = NetworkEntries::Kind;

std::optional<MacAddress> mac_from(const char* text) {
  try {
    return MacAddress::parse(text == nullptr ? "" : text);
  } catch (const Error&) {
    return std::nullopt;  // an entry without a MAC
  }
}

bool collides(const HostEntry& entry, const AddressClaim& claim) {
  return entry.address == claim.address.str() || entry.has(claim.name.str()) ||
         mac_from(entry.mac.c_str()) == claim.mac;
}

std::optional<Lease> lease_from(const virNetworkDHCPLease& lease) {
  const auto mac = mac_from(lease.mac);
  if (!mac || lease.type != VIR_IP_ADDR_TYPE_IPV4 || lease.ipaddr == nullptr) return std::nullopt;
  try {
    return Lease{.mac = *mac, .address = Ipv4Address::parse(lease.ipaddr)};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

bool LibvirtNetworks::claim_address(const NetworkName& name, const AddressClaim& claim, DhcpEffect effect) {
  const auto network = existing(name);
  const NetworkEntries entries(connection_, network.get(), is_active(network.get(), name), Kind::dhcp);
  constexpr int attempts = 3;  // what was in the way may be gone by the time that we look for it
  for (int attempt = 1;; ++attempt) {
    const auto refusal =
        entries.add({.mac = claim.mac.str(), .address = claim.address.str(), .names = {claim.name.str()}},
                    effect == DhcpEffect::now);
    if (!refusal) return true;
    // libvirt gives this code for other reasons too, and those would not go away with another address.
    const bool taken = refusal->code == VIR_ERR_OPERATION_INVALID;
    if (taken && entries.any([&](const HostEntry& entry) { return collides(entry, claim); })) return false;
    if (taken && attempt < attempts) continue;
    throw connection_.error(fmt::format("cannot hold {} for VM '{}'", claim.address.str(), claim.name),
                            *refusal);
  }
}

bool LibvirtNetworks::release_address(const NetworkName& name, const VmName& vm) {
  const auto network = lookup(name);
  if (!network) return false;
  const NetworkEntries entries(connection_, network.get(), is_active(network.get(), name), Kind::dhcp);
  return entries.remove([&](const HostEntry& entry) { return entry.has(vm.str()); });
}

void LibvirtNetworks::publish_name(const NetworkName& name, const VmName& vm, Ipv4Address address) {
  const auto network = existing(name);
  const NetworkEntries entries(connection_, network.get(), is_active(network.get(), name), Kind::dns);
  entries.replace({.address = address.str(), .names = {vm.str()}}, [&](const HostEntry& entry) {
    return entry.address == address.str() || entry.has(vm.str());
  });
}

bool LibvirtNetworks::withdraw_name(const NetworkName& name, const VmName& vm) {
  const auto network = lookup(name);
  if (!network) return false;
  const NetworkEntries entries(connection_, network.get(), is_active(network.get(), name), Kind::dns);
  return entries.remove([&](const HostEntry& entry) { return entry.has(vm.str()); });
}

std::vector<Lease> LibvirtNetworks::leases(const NetworkName& name) {
  const auto network = lookup(name);
  if (!network || !is_active(network.get(), name)) return {};
  virNetworkDHCPLeasePtr* listed = nullptr;
  const int count = virNetworkGetDHCPLeases(network.get(), nullptr, &listed, 0);
  if (count < 0) throw connection_.error(fmt::format("cannot read the leases of '{}'", name), last_fault());
  const Handle<virNetworkDHCPLeasePtr, free_memory> array(listed);
  std::vector<Lease> leases;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) {
    const Handle<virNetworkDHCPLease, virNetworkDHCPLeaseFree> lease(raw);
    if (const auto found = lease_from(*lease)) leases.push_back(*found);
  }
  return leases;
}

}  // namespace nocloud
