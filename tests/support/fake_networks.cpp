#include <algorithm>

#include <fmt/format.h>

#include "support/fake_hypervisor.hpp"

namespace nocloud::test {

FakeWorld::Net* FakeHypervisor::net(const NetworkName& name) {
  const auto found = world_.networks.find(name);
  return found == world_.networks.end() ? nullptr : &found->second;
}

FakeWorld::Net& FakeHypervisor::existing_net(const NetworkName& name) {
  auto* const found = net(name);
  if (found == nullptr) throw Error(ErrorKind::not_found, fmt::format("libvirt has no network '{}'", name));
  return *found;
}

std::optional<Network> FakeHypervisor::find_network(const NetworkName& name) {
  return call("find_network", name.str(), [&]() -> std::optional<Network> {
    const auto* const found = net(name);
    if (found == nullptr) return std::nullopt;
    return found->network;
  });
}

HostInterface FakeHypervisor::find_interface(const BridgeName& name) {
  return call("find_interface", name.str(), [&] {
    const auto found = world_.interfaces.find(name);
    return found == world_.interfaces.end() ? HostInterface::bridge : found->second;
  });
}

std::vector<Ipv4Subnet> FakeHypervisor::subnets_in_use() {
  return call("subnets_in_use", "", [&] {
    std::vector<Ipv4Subnet> subnets;
    for (const auto& [name, found] : world_.networks) subnets.push_back(found.network.subnet);
    return subnets;
  });
}

std::vector<Ipv4Subnet> FakeHypervisor::routed_subnets() {
  return call("routed_subnets", "", [&] {
    auto subnets = world_.routes;
    for (const auto& [name, found] : world_.networks) {
      if (found.network.active) subnets.push_back(found.network.subnet);
    }
    return subnets;
  });
}

void FakeHypervisor::define_network(const NetworkPlan& plan) {
  call("define_network", plan.name.str(), [&] {
    const bool added = world_.networks
                           .try_emplace(plan.name, FakeWorld::Net{.network = {.name = plan.name,
                                                                              .active = true,
                                                                              .bridge = "virbr7",
                                                                              .bridge_mac = plan.bridge_mac,
                                                                              .domain = plan.domain,
                                                                              .subnet = plan.subnet,
                                                                              .dynamic = {plan.dynamic},
                                                                              .uuid = new_uuid()}})
                           .second;
    if (!added)
      throw Error(ErrorKind::conflict, fmt::format("libvirt has a network '{}' already", plan.name));
  });
}

bool FakeHypervisor::start_network(const NetworkName& name) {
  return call("start_network", name.str(), [&] {
    auto& found = existing_net(name);
    if (found.network.active) return false;
    found.network.active = true;
    for (const auto& claim : found.network.claims) found.in_force.insert(claim.name);
    return true;
  });
}

bool FakeHypervisor::undefine_network(const NetworkName& name) {
  return call("undefine_network", name.str(), [&] { return world_.networks.erase(name) == 1; });
}

bool FakeHypervisor::claim_address(const NetworkName& network, const AddressClaim& claim, DhcpEffect effect) {
  return call("claim_address", claim.name.str(), [&] {
    auto& found = existing_net(network);
    auto& claims = found.network.claims;
    auto& reserved = found.network.reserved;
    const bool taken = std::ranges::any_of(claims, [&](const AddressClaim& held) {
      return held.name == claim.name || held.mac == claim.mac || held.address == claim.address;
    });
    if (taken || std::ranges::find(reserved, claim.address) != reserved.end()) return false;
    claims.push_back(claim);
    reserved.push_back(claim.address);
    std::ranges::sort(claims, {}, &AddressClaim::address);
    std::ranges::sort(reserved);
    if (effect == DhcpEffect::now && found.network.active) found.in_force.insert(claim.name);
    return true;
  });
}

bool FakeHypervisor::release_address(const NetworkName& network, const VmName& name) {
  return call("release_address", name.str(), [&] {
    auto* const found = net(network);
    if (found == nullptr) return false;
    found->in_force.erase(name);
    auto& claims = found->network.claims;
    const auto held = std::ranges::find(claims, name, &AddressClaim::name);
    if (held == claims.end()) return false;
    std::erase(found->network.reserved, held->address);
    claims.erase(held);
    return true;
  });
}

void FakeHypervisor::publish_name(const NetworkName& network, const VmName& name, Ipv4Address address) {
  call("publish_name", name.str(), [&] {
    auto& names = existing_net(network).names;
    std::erase_if(names, [&](const auto& entry) { return entry.second == address; });
    names.insert_or_assign(name, address);
  });
}

bool FakeHypervisor::withdraw_name(const NetworkName& network, const VmName& name) {
  return call("withdraw_name", name.str(), [&] {
    auto* const found = net(network);
    return found != nullptr && found->names.erase(name) == 1;
  });
}

std::vector<Lease> FakeHypervisor::leases(const NetworkName& network) {
  return call("leases", network.str(), [&] {
    const auto* const found = net(network);
    return found == nullptr ? std::vector<Lease>() : found->leases;
  });
}

std::optional<Ipv4Address> FakeHypervisor::find_address(const VmName& name, const MacAddress& mac) {
  return call("find_address", name.str(), [&]() -> std::optional<Ipv4Address> {
    const auto* const domain = vm_domain(name);
    const auto found = world_.addresses.find(mac);
    if (domain == nullptr || domain->state != VmState::running || found == world_.addresses.end()) {
      return std::nullopt;
    }
    return found->second;
  });
}

}  // namespace nocloud::test
