#include "nocloud/seed/network_config.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nocloud {
namespace {

using Json = nlohmann::ordered_json;

void add_fixed(Json& nic, const SeedNic::Fixed& fixed) {
  nic["addresses"] = {fmt::format("{}/{}", fixed.address.str(), fixed.prefix)};
  if (fixed.gateway) nic["routes"] = {{{"to", "0.0.0.0/0"}, {"via", fixed.gateway->str()}}};
  Json name_servers = Json::object();
  for (const auto& server : fixed.name_servers) name_servers["addresses"].push_back(server.str());
  if (!fixed.domain.empty()) name_servers["search"] = {fixed.domain};
  if (!name_servers.empty()) nic["nameservers"] = name_servers;
}

}  // namespace

std::string network_config(const std::vector<SeedNic>& nics) {
  Json ethernets = Json::object();
  for (const auto& seed_nic : nics) {
    Json nic;
    nic["match"] = {{"macaddress", seed_nic.mac.str()}};
    if (seed_nic.fixed) {
      add_fixed(nic, *seed_nic.fixed);
    } else {
      nic["dhcp4"] = true;
    }
    // The boot waits for the first NIC alone: what a further one leads to may come later, or never.
    if (!ethernets.empty()) nic["optional"] = true;
    ethernets[fmt::format("nic{}", ethernets.size())] = std::move(nic);
  }
  const Json config{{"version", 2}, {"ethernets", ethernets}};
  return config.dump(2, ' ', true) + '\n';
}

}  // namespace nocloud
