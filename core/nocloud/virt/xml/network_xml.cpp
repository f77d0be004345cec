#include "nocloud/virt/xml/network_xml.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

constexpr std::string_view what_is_read = "what libvirt says of a network";

/// Turns text that others may have written into a value, or into nothing.
template <class Parse>
auto value_if_valid(const Parse& parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<Ipv4Address> address_from(std::string_view text) {
  return value_if_valid([&] { return Ipv4Address::parse(text); });
}

std::optional<unsigned> prefix_of(pugi::xml_node ip) {
  if (const auto prefix = ip.attribute("prefix")) return parse_number<unsigned>(prefix.value());
  const auto netmask = address_from(ip.attribute("netmask").value());
  if (!netmask) return std::nullopt;
  return static_cast<unsigned>(std::countl_one(netmask->number()));
}

std::optional<Ipv4Subnet> subnet_of(pugi::xml_node ip) {
  const auto gateway = address_from(ip.attribute("address").value());
  const auto prefix = prefix_of(ip);
  if (!gateway || !prefix) return std::nullopt;
  return value_if_valid([&] { return Ipv4Subnet(*gateway, *prefix); });
}

bool is_ipv4(pugi::xml_node ip) {
  const std::string_view family = ip.attribute("family").value();
  return family.empty() || family == "ipv4";
}

/// The `<ip>` that nocloud uses: the first of IPv4.
pugi::xml_node ipv4_of(pugi::xml_node network) {
  return network.find_child([](pugi::xml_node node) {
    return node.name() == std::string_view("ip") && is_ipv4(node) && subnet_of(node);
  });
}

std::vector<Ipv4Range> ranges_of(pugi::xml_node ip) {
  std::vector<Ipv4Range> ranges;
  for (const auto range : ip.child("dhcp").children("range")) {
    const auto first = address_from(range.attribute("start").value());
    const auto last = address_from(range.attribute("end").value());
    if (first && last) ranges.push_back({*first, *last});
  }
  return ranges;
}

std::optional<AddressClaim> claim_from(const HostEntry& entry) {
  return value_if_valid([&] {
    return AddressClaim{.name = VmName::parse(entry.names.at(0)),
                        .mac = MacAddress::parse(entry.mac),
                        .address = Ipv4Address::parse(entry.address)};
  });
}

std::vector<HostEntry> dhcp_hosts_of(pugi::xml_node network) {
  std::vector<HostEntry> hosts;
  for (const auto ip : network.children("ip")) {
    if (!is_ipv4(ip)) continue;
    for (const auto host : ip.child("dhcp").children("host")) {
      hosts.push_back({.mac = host.attribute("mac").value(),
                       .address = host.attribute("ip").value(),
                       .names = {host.attribute("name").value()}});
    }
  }
  return hosts;
}

}  // namespace

std::string network_xml(const NetworkPlan& plan) {
  pugi::xml_document document;
  auto network = document.append_child("network");
  append_text(network, "name", plan.name.str());
  append_with(network, "forward", "mode", "nat");
  // With STP as libvirt sets it, a new port of the bridge passes nothing on for its first seconds.
  auto bridge = append_with(network, "bridge", "stp", "off");
  set_attribute(bridge, "delay", "0");
  append_with(network, "mac", "address", plan.bridge_mac.str());
  auto domain = append_with(network, "domain", "name", one_line(plan.domain, "the network's domain"));
  set_attribute(domain, "localOnly", "yes");
  auto ip = append_with(network, "ip", "address", plan.subnet.gateway().str());
  set_attribute(ip, "netmask", plan.subnet.netmask().str());
  auto range = append_with(ip.append_child("dhcp"), "range", "start", plan.dynamic.first.str());
  set_attribute(range, "end", plan.dynamic.last.str());
  return xml_text(document);
}

Network network_from_xml(std::string_view xml) {
  const auto document = parsed_xml(xml, what_is_read);
  const auto root = document.child("network");
  const auto ip = ipv4_of(root);
  const auto name = NetworkName::parse(root.child_value("name"));
  const auto subnet = ip ? subnet_of(ip) : std::nullopt;
  if (!subnet) {
    throw Error(ErrorKind::failed,
                fmt::format("the network {} has no IPv4 subnet of its own", cited(name.str())),
                "Use another network, or `bridge=NAME` for a bridge that others serve with addresses.");
  }
  Network network{.name = name,
                  .bridge = root.child("bridge").attribute("name").value(),
                  .bridge_mac = value_if_valid(
                      [&] { return MacAddress::parse(root.child("mac").attribute("address").value()); }),
                  .domain = root.child("domain").attribute("name").value(),
                  .subnet = *subnet,
                  .dynamic = ranges_of(ip),
                  .uuid = root.child_value("uuid")};
  for (const auto& entry : dhcp_hosts_of(root)) {
    if (const auto address = address_from(entry.address)) network.reserved.push_back(*address);
    if (auto claim = claim_from(entry)) network.claims.push_back(*std::move(claim));
  }
  std::ranges::sort(network.reserved);
  std::ranges::sort(network.claims, {}, &AddressClaim::address);
  return network;
}

std::vector<Ipv4Subnet> subnets_from_xml(std::string_view xml) {
  const auto document = parsed_xml(xml, what_is_read);
  std::vector<Ipv4Subnet> subnets;
  for (const auto ip : document.child("network").children("ip")) {
    if (!is_ipv4(ip)) continue;
    if (const auto subnet = subnet_of(ip)) subnets.push_back(*subnet);
  }
  return subnets;
}

bool HostEntry::has(std::string_view name) const {
  return std::ranges::find(names, name) != names.end();
}

std::vector<HostEntry> dhcp_hosts_from_xml(std::string_view xml) {
  return dhcp_hosts_of(parsed_xml(xml, what_is_read).child("network"));
}

std::vector<HostEntry> dns_hosts_from_xml(std::string_view xml) {
  const auto document = parsed_xml(xml, what_is_read);
  std::vector<HostEntry> hosts;
  for (const auto node : document.child("network").child("dns").children("host")) {
    HostEntry host{.address = node.attribute("ip").value(), .names = {}};
    for (const auto name : node.children("hostname")) host.names.emplace_back(name.child_value());
    hosts.push_back(std::move(host));
  }
  return hosts;
}

std::string dhcp_host_xml(const HostEntry& entry) {
  pugi::xml_document document;
  auto host = document.append_child("host");
  if (!entry.mac.empty()) set_attribute(host, "mac", entry.mac);
  for (const auto& name : entry.names) {
    if (!name.empty()) set_attribute(host, "name", name);
  }
  if (!entry.address.empty()) set_attribute(host, "ip", entry.address);
  return xml_text(document);
}

std::string dns_host_xml(const HostEntry& entry) {
  pugi::xml_document document;
  auto host = append_with(document.root(), "host", "ip", entry.address);
  for (const auto& name : entry.names) append_text(host, "hostname", name);
  return xml_text(document);
}

HostInterface interface_kind_from_xml(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a network interface");
  const std::string_view type = document.child("interface").attribute("type").value();
  return type == "bridge" ? HostInterface::bridge : HostInterface::other;
}

}  // namespace nocloud
