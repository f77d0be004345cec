#include "contract/libvirt_world.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/virt/xml/volume_xml.hpp"

namespace nocloud::test {
namespace {

template <class Object>
Object require(Object object, const char* what) {
  if (!object) throw std::runtime_error(fmt::format("{}: {}", what, virGetLastErrorMessage()));
  return object;
}

bool begins_with(const char* name, const std::string& prefix) {
  return std::string_view(name).starts_with(prefix);
}

}  // namespace

LibvirtWorld::LibvirtWorld(const std::string& uri)
    : connection_(require(virConnectOpen(uri.c_str()), "cannot connect")) {}

void LibvirtWorld::define_foreign(const std::string& name) {
  const auto xml = fmt::format(
      "<domain type='{}'><name>{}</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>",
      virConnectGetType(connection_.get()) == std::string_view("Test") ? "test" : "qemu", name);
  const DomainHandle domain(require(virDomainDefineXML(connection_.get(), xml.c_str()), "cannot define"));
}

std::string LibvirtWorld::domain_xml(const std::string& name) {
  const DomainHandle domain(
      require(virDomainLookupByName(connection_.get(), name.c_str()), "there is no such domain"));
  return require(TextHandle(virDomainGetXMLDesc(domain.get(), VIR_DOMAIN_XML_INACTIVE)), "no XML").get();
}

void LibvirtWorld::change_domain(const std::string& name, std::string_view from, std::string_view to) {
  auto xml = domain_xml(name);
  const auto at = xml.find(from);
  if (at == std::string::npos) throw std::runtime_error(fmt::format("no {} in {}", from, xml));
  xml.replace(at, from.size(), to);
  const DomainHandle changed(require(virDomainDefineXML(connection_.get(), xml.c_str()), "cannot change"));
}

void LibvirtWorld::rename_domain(const std::string& name, const std::string& other) {
  const DomainHandle domain(
      require(virDomainLookupByName(connection_.get(), name.c_str()), "there is no such domain"));
  if (virDomainRename(domain.get(), other.c_str(), 0) != 0) throw std::runtime_error("cannot rename");
}

void LibvirtWorld::take_snapshot(const std::string& domain, const std::string& name) {
  const DomainHandle of(
      require(virDomainLookupByName(connection_.get(), domain.c_str()), "there is no such domain"));
  const auto xml = fmt::format("<domainsnapshot><name>{}</name></domainsnapshot>", name);
  const SnapshotHandle taken(
      require(virDomainSnapshotCreateXML(of.get(), xml.c_str(), 0), "cannot take a snapshot"));
}

std::vector<DomainHandle> LibvirtWorld::domains() {
  virDomainPtr* listed = nullptr;
  const int count = virConnectListAllDomains(connection_.get(), &listed, 0);
  const Handle<virDomainPtr, free_memory> array(listed);
  std::vector<DomainHandle> domains;
  for (auto* const domain : std::span(listed, static_cast<std::size_t>(std::max(count, 0))))
    domains.emplace_back(domain);
  return domains;
}

std::vector<std::string> LibvirtWorld::domain_names() {
  std::vector<std::string> names;
  for (const auto& domain : domains()) names.emplace_back(virDomainGetName(domain.get()));
  return names;
}

std::string LibvirtWorld::volume_path(const std::string& pool, const std::string& name) {
  const PoolHandle handle(
      require(virStoragePoolLookupByName(connection_.get(), pool.c_str()), "there is no such pool"));
  const VolumeHandle volume(require(virStorageVolLookupByName(handle.get(), name.c_str()), "no volume"));
  return require(TextHandle(virStorageVolGetPath(volume.get())), "no path").get();
}

void LibvirtWorld::add_layer(const std::string& pool, const std::string& base_path) {
  const auto pool_xml = fmt::format(
      "<pool type='dir'><name>{0}</name><target><path>/var/lib/libvirt/images/{0}</path></target></pool>",
      pool);
  const PoolHandle handle(
      require(virStoragePoolDefineXML(connection_.get(), pool_xml.c_str(), 0), "cannot define a pool"));
  if (virStoragePoolBuild(handle.get(), 0) != 0 || virStoragePoolCreate(handle.get(), 0) != 0)
    throw std::runtime_error("cannot start a pool");
  const auto xml = fmt::format(
      "<volume><name>layer.qcow2</name><capacity>1048576</capacity><target><format type='qcow2'/></target>"
      "<backingStore><path>{}</path><format type='qcow2'/></backingStore></volume>",
      base_path);
  const VolumeHandle volume(
      require(virStorageVolCreateXML(handle.get(), xml.c_str(), 0), "cannot make a volume"));
}

void LibvirtWorld::delete_volume(const std::string& pool, const std::string& name) {
  const PoolHandle handle(
      require(virStoragePoolLookupByName(connection_.get(), pool.c_str()), "there is no such pool"));
  const VolumeHandle volume(require(virStorageVolLookupByName(handle.get(), name.c_str()), "no volume"));
  if (virStorageVolDelete(volume.get(), 0) != 0) throw std::runtime_error("cannot delete a volume");
}

void LibvirtWorld::stop_network(const std::string& name) {
  const NetworkHandle network(require(virNetworkLookupByName(connection_.get(), name.c_str()), "no network"));
  virNetworkDestroy(network.get());
}

std::string LibvirtWorld::network_xml(const std::string& name) {
  const NetworkHandle network(require(virNetworkLookupByName(connection_.get(), name.c_str()), "no network"));
  return require(TextHandle(virNetworkGetXMLDesc(network.get(), 0)), "no XML").get();
}

void LibvirtWorld::remove_domains(const std::string& prefix) {
  for (const auto& domain : domains()) {
    if (!begins_with(virDomainGetName(domain.get()), prefix)) continue;
    if (virDomainIsActive(domain.get()) == 1) virDomainDestroy(domain.get());
    virDomainUndefineFlags(domain.get(), 0);
  }
}

void LibvirtWorld::remove_networks(const std::string& prefix) {
  virNetworkPtr* listed = nullptr;
  const int count = virConnectListAllNetworks(connection_.get(), &listed, 0);
  const Handle<virNetworkPtr, free_memory> array(listed);
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(std::max(count, 0)))) {
    const NetworkHandle network(raw);
    if (!begins_with(virNetworkGetName(raw), prefix)) continue;
    if (virNetworkIsActive(raw) == 1) virNetworkDestroy(raw);
    virNetworkUndefine(raw);
  }
}

std::filesystem::path LibvirtWorld::pool_folder(const std::string& name) {
  const PoolHandle pool(virStoragePoolLookupByName(connection_.get(), name.c_str()));
  const TextHandle xml(virStoragePoolGetXMLDesc(pool.get(), 0));
  return pool_path_from_xml(xml.get());
}

bool LibvirtWorld::is_pool_active(const std::string& name) {
  const PoolHandle pool(virStoragePoolLookupByName(connection_.get(), name.c_str()));
  return pool && virStoragePoolIsActive(pool.get()) == 1;
}

void LibvirtWorld::remove_pool(const std::string& name) {
  const PoolHandle pool(virStoragePoolLookupByName(connection_.get(), name.c_str()));
  if (!pool) return;
  virStoragePoolRefresh(pool.get(), 0);
  virStorageVolPtr* listed = nullptr;
  const int count = virStoragePoolListAllVolumes(pool.get(), &listed, 0);
  const Handle<virStorageVolPtr, free_memory> array(listed);
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(std::max(count, 0)))) {
    const VolumeHandle volume(raw);
    virStorageVolDelete(raw, 0);
  }
  virStoragePoolDestroy(pool.get());
  virStoragePoolDelete(pool.get(), 0);
  virStoragePoolUndefine(pool.get());
}

}  // namespace nocloud::test
