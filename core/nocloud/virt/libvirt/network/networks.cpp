#include "nocloud/virt/libvirt/network/networks.hpp"

#include <span>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/host/host_interfaces.hpp"
#include "nocloud/virt/libvirt/host/host_routes.hpp"
#include "nocloud/virt/libvirt/network/network_entries.hpp"

namespace nocloud {
namespace {

/// Takes a network's definition back unless it was kept.
class UnfinishedNetwork {
 public:
  explicit UnfinishedNetwork(NetworkHandle network) : network_(std::move(network)) {}
  ~UnfinishedNetwork() {
    if (network_) virNetworkUndefine(network_.get());
  }
  UnfinishedNetwork(const UnfinishedNetwork&) = delete;
  UnfinishedNetwork& operator=(const UnfinishedNetwork&) = delete;

  virNetworkPtr get() const { return network_.get(); }
  void keep() { network_.reset(); }

 private:
  NetworkHandle network_;
};

}  // namespace

NetworkHandle LibvirtNetworks::lookup(const NetworkName& name) {
  NetworkHandle network(virNetworkLookupByName(connection_.get(), name.str().c_str()));
  if (network) return network;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_NETWORK) return nullptr;
  throw connection_.error(fmt::format("cannot look for the network '{}'", name), fault);
}

NetworkHandle LibvirtNetworks::existing(const NetworkName& name) {
  auto network = lookup(name);
  if (network) return network;
  throw Error(ErrorKind::not_found, fmt::format("libvirt has no network '{}'", name));
}

bool LibvirtNetworks::is_active(virNetworkPtr network, const NetworkName& name) {
  const int active = virNetworkIsActive(network);
  if (active >= 0) return active == 1;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_NETWORK) return false;
  throw connection_.error(fmt::format("cannot ask whether the network '{}' is active", name), fault);
}

std::string LibvirtNetworks::xml_of(virNetworkPtr network, NetworkXml which) {
  const TextHandle xml(network_xml_of(connection_, network, which));
  if (!xml) {
    throw connection_.error(fmt::format("cannot read the network {}", cited(virNetworkGetName(network))),
                            last_fault());
  }
  return xml.get();
}

std::optional<Network> LibvirtNetworks::find(const NetworkName& name) {
  const auto handle = lookup(name);
  if (!handle) return std::nullopt;
  auto network = network_from_xml(xml_of(handle.get(), NetworkXml::configured));
  network.active = is_active(handle.get(), name);
  return network;
}

HostInterface LibvirtNetworks::find_interface(const BridgeName& name) const {
  const auto& place = connection_.place();
  if (place.pretended) return HostInterface::unknown;
  const auto here = place.local ? interface_here(name) : HostInterface::unknown;
  if (here == HostInterface::bridge) return here;
  // The daemon may have a network namespace of its own.
  const InterfaceHandle found(virInterfaceLookupByName(connection_.get(), name.str().c_str()));
  if (!found) return last_fault().code == VIR_ERR_NO_INTERFACE && !place.local ? HostInterface::none : here;
  const TextHandle xml(virInterfaceGetXMLDesc(found.get(), 0));
  return xml ? interface_kind_from_xml(xml.get()) : HostInterface::unknown;
}

std::vector<Ipv4Subnet> LibvirtNetworks::subnets_in_use() {
  virNetworkPtr* listed = nullptr;
  const int count = virConnectListAllNetworks(connection_.get(), &listed, 0);
  if (count < 0) throw connection_.error("cannot list the networks", last_fault());
  const Handle<virNetworkPtr, free_memory> array(listed);
  std::vector<NetworkHandle> networks;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) networks.emplace_back(raw);
  std::vector<Ipv4Subnet> subnets;
  for (const auto& network : networks) {
    for (const auto& subnet : subnets_from_xml(xml_of(network.get(), NetworkXml::in_force)))
      subnets.push_back(subnet);
  }
  return subnets;
}

std::vector<Ipv4Subnet> LibvirtNetworks::routed_subnets() const {
  if (!connection_.place().local || connection_.place().pretended) return {};
  return subnets_of_routes(read_file_if_present(route_table_path, largest_route_table).value_or(""));
}

void LibvirtNetworks::define(const NetworkPlan& plan) {
  const auto xml = network_xml(plan);
  NetworkHandle defined(virNetworkDefineXML(connection_.get(), xml.c_str()));
  if (!defined) {
    const auto fault = last_fault();
    if (fault.code == VIR_ERR_OPERATION_FAILED && lookup(plan.name)) {
      throw Error(ErrorKind::conflict, fmt::format("libvirt has a network '{}' already", plan.name));
    }
    throw connection_.error(fmt::format("cannot define the network '{}'", plan.name), fault);
  }
  UnfinishedNetwork network(std::move(defined));
  if (virNetworkSetAutostart(network.get(), 1) < 0) {
    throw connection_.error(fmt::format("cannot set up the network '{}'", plan.name), last_fault());
  }
  start(plan.name);  // another user's run may have found and started it meanwhile
  network.keep();
}

bool LibvirtNetworks::start(const NetworkName& name) {
  const auto network = existing(name);
  if (is_active(network.get(), name)) return false;
  if (virNetworkCreate(network.get()) == 0) return true;
  const auto fault = last_fault();
  // Another process may have started it since we looked.
  if (is_active(network.get(), name)) return false;
  throw connection_.error(fmt::format("cannot start the network '{}'", name), fault);
}

bool LibvirtNetworks::undefine(const NetworkName& name) {
  const auto network = lookup(name);
  if (!network) return false;
  if (is_active(network.get(), name) && virNetworkDestroy(network.get()) < 0) {
    const auto fault = last_fault();
    if (is_active(network.get(), name)) {
      throw connection_.error(fmt::format("cannot stop the network '{}'", name), fault);
    }
  }
  if (virNetworkUndefine(network.get()) == 0) return true;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_NETWORK) return false;
  throw connection_.error(fmt::format("cannot remove the network '{}'", name), fault);
}

}  // namespace nocloud
