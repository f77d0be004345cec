#include "nocloud/ops/network/subnet_choice.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

/// Room for 2,000 VMs in each half.
constexpr unsigned chosen_prefix = 20;

/// Outside of 10.96.0.0/12 (Kubernetes' services), 10.244.0.0/16 (its pods), 10.42.0.0/15 (k3s), 10.88.0.0/16
/// (Podman), 172.17.0.0 to 172.31.255.255 (Docker), 192.168.122.0/24 (libvirt), and of the low numbers of 10
/// and 192.168 that VPNs, offices and home routers like.
constexpr std::array<std::string_view, 4> ranges{"10.112.0.0/13", "172.16.0.0/16", "192.168.192.0/18",
                                                 "10.176.0.0/13"};

template <class Accept>
std::optional<Ipv4Subnet> first_subnet(Accept&& accept) {
  constexpr std::uint32_t step = 1U << (32U - chosen_prefix);
  for (const auto text : ranges) {
    const auto range = Ipv4Subnet::parse(text);
    for (auto network = range.network().number(); network < range.broadcast().number(); network += step) {
      const Ipv4Subnet candidate(Ipv4Address(network), chosen_prefix);
      if (accept(candidate)) return candidate;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Ipv4Subnet> obstacle_to(const Ipv4Subnet& subnet, const UsedSubnets& used) {
  for (const auto& network : used.networks) {
    if (network.overlaps(subnet)) return network;
  }
  for (const auto& route : used.routes) {
    if (route.overlaps(subnet) && route.prefix() >= subnet.prefix()) return route;
  }
  return std::nullopt;
}

std::optional<Ipv4Subnet> hidden_by(const Ipv4Subnet& subnet, const UsedSubnets& used) {
  std::optional<Ipv4Subnet> hidden;
  for (const auto& route : used.routes) {
    if (!route.overlaps(subnet) || route.prefix() >= subnet.prefix()) continue;
    if (!hidden || route.prefix() > hidden->prefix()) hidden = route;
  }
  return hidden;
}

SubnetChoice choose_subnet(const UsedSubnets& used) {
  const auto is_free = [&](const Ipv4Subnet& subnet) { return !obstacle_to(subnet, used); };
  const auto is_unrouted = [&](const Ipv4Subnet& subnet) {
    return is_free(subnet) && !hidden_by(subnet, used);
  };
  if (const auto subnet = first_subnet(is_unrouted)) return {.subnet = *subnet};
  if (const auto subnet = first_subnet(is_free)) {
    return {.subnet = *subnet, .hidden = hidden_by(*subnet, used)};
  }
  throw Error(ErrorKind::conflict,
              fmt::format("no subnet of {} is free on this host", fmt::join(ranges, ", ")),
              "Define a libvirt network by hand and name it: --network nat=NAME.");
}

}  // namespace nocloud
