#include "nocloud/virt/libvirt/network/network_entries.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {

TextHandle network_xml_of(const Connection& connection, virNetworkPtr network, NetworkXml which) {
  // A pretended host has one description of a network, not two.
  const bool configured = which == NetworkXml::configured && !connection.place().pretended;
  return TextHandle(virNetworkGetXMLDesc(network, configured ? VIR_NETWORK_XML_INACTIVE : 0));
}

std::vector<NetworkEntries::Scope> NetworkEntries::scopes() const {
  if (!active_) return {configured};
  if (connection_.place().pretended) return {both};
  return {in_force, configured};
}

std::string NetworkEntries::what() const {
  return fmt::format("cannot change the network {}", cited(virNetworkGetName(network_)));
}

std::vector<HostEntry> NetworkEntries::read(Scope scope, const Matches& matches) const {
  const auto which = scope == configured ? NetworkXml::configured : NetworkXml::in_force;
  const auto xml = network_xml_of(connection_, network_, which);
  if (!xml) throw connection_.error(what(), last_fault());
  auto entries = kind_ == Kind::dhcp ? dhcp_hosts_from_xml(xml.get()) : dns_hosts_from_xml(xml.get());
  std::erase_if(entries, [&](const HostEntry& entry) { return !matches(entry); });
  return entries;
}

int NetworkEntries::update(unsigned command, const HostEntry& entry, unsigned flags) const {
  constexpr int any_parent = -1;
  const bool dhcp = kind_ == Kind::dhcp;
  const unsigned section = dhcp ? VIR_NETWORK_SECTION_IP_DHCP_HOST : VIR_NETWORK_SECTION_DNS_HOST;
  const auto xml = dhcp ? dhcp_host_xml(entry) : dns_host_xml(entry);
  return virNetworkUpdate(network_, command, section, any_parent, xml.c_str(), flags);
}

bool NetworkEntries::any(const Matches& matches) const {
  return std::ranges::any_of(scopes(), [&](Scope scope) { return !read(scope, matches).empty(); });
}

bool NetworkEntries::remove(const Matches& matches) const {
  bool removed = false;
  for (const auto scope : scopes()) {
    for (const auto& entry : read(scope, matches)) {
      remove_one(scope, entry);
      removed = true;
    }
  }
  return removed;
}

void NetworkEntries::remove_one(Scope scope, const HostEntry& entry) const {
  if (update(VIR_NETWORK_UPDATE_COMMAND_DELETE, entry, scope) == 0) return;
  const auto fault = last_fault();
  // Another process may have removed it since we looked.
  if (read(scope, [&](const HostEntry& other) { return other == entry; }).empty()) return;
  throw connection_.error(what(), fault);
}

void NetworkEntries::replace(const HostEntry& entry, const Matches& matches) const {
  unsigned missing = 0;
  for (const auto scope : scopes()) {
    const auto found = read(scope, matches);
    if (found.size() == 1 && found.front() == entry) continue;
    for (const auto& other : found) remove_one(scope, other);
    missing |= scope;
  }
  if (missing == 0) return;
  if (update(VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, entry, missing) < 0) {
    throw connection_.error(what(), last_fault());
  }
}

std::optional<Fault> NetworkEntries::add(const HostEntry& entry, bool at_once) const {
  const unsigned flags = at_once && active_ ? both : scopes().back();
  if (update(VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, entry, flags) == 0) return std::nullopt;
  return last_fault();
}

}  // namespace nocloud
