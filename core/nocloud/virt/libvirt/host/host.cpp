#include "nocloud/virt/libvirt/host/host.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "nocloud/virt/xml/capabilities_xml.hpp"
#include "nocloud/virt/xml/domain/domain_devices.hpp"

namespace nocloud {
namespace {

/// On x86 more CPUs need an IOMMU in the guest, which ours do not have.
constexpr unsigned most_without_iommu = 255;

}  // namespace

HostPlace LibvirtHost::place() const {
  const auto& place = connection_.place();
  return {.uri = connection_.uri(),
          .local = place.local,
          .via = place.via,
          .via_key = place.via_key,
          .privileged = !place.session};
}

HostFacts LibvirtHost::facts() {
  const std::scoped_lock lock(mutex_);
  return {.memory = Memory::of_mib(memory_kib() / 1024), .offers_kvm = offers_kvm()};
}

std::optional<unsigned> LibvirtHost::most_cpus(VirtType virt_type) {
  const std::scoped_lock lock(mutex_);
  const DomainHost host{.pool_path = {}, .architecture = node().model};
  const std::string machine(machine_of(host));
  const std::string type(word_for(virt_type));
  const TextHandle xml(virConnectGetDomainCapabilities(
      connection_.get(), nullptr, nullptr, machine.empty() ? nullptr : machine.c_str(), type.c_str(), 0));
  const auto most = xml ? most_cpus_of_capabilities(xml.get()) : std::nullopt;
  return most && is_x86(host) ? std::min(*most, most_without_iommu) : most;
}

DomainHost LibvirtHost::domain_host(bool user_network) {
  const std::scoped_lock lock(mutex_);
  return {.pool_path = pool_.path(), .architecture = node().model, .passt = user_network && only_passt()};
}

const virNodeInfo& LibvirtHost::node() {
  if (!node_) {
    virNodeInfo info{};
    if (virNodeGetInfo(connection_.get(), &info) < 0) {
      throw connection_.error("cannot ask for the host's size", last_fault());
    }
    node_ = info;
  }
  return *node_;
}

std::uint64_t LibvirtHost::memory_kib() {
  // virNodeGetInfo counts only what was there at boot; memory may have been plugged in since. Not every
  // driver has this call, though.
  int count = 0;
  constexpr int all_cells = VIR_NODE_MEMORY_STATS_ALL_CELLS;
  if (virNodeGetMemoryStats(connection_.get(), all_cells, nullptr, &count, 0) < 0) return node().memory;
  std::vector<virNodeMemoryStats> stats(static_cast<std::size_t>(count));
  if (virNodeGetMemoryStats(connection_.get(), all_cells, stats.data(), &count, 0) < 0) return node().memory;
  for (const auto& item : stats) {
    if (std::string_view(item.field) == VIR_NODE_MEMORY_STATS_TOTAL) return item.value;
  }
  return node().memory;
}

bool LibvirtHost::offers_kvm() {
  if (!offers_kvm_) {
    const TextHandle xml(virConnectGetCapabilities(connection_.get()));
    if (!xml) throw connection_.error("cannot ask what the host is capable of", last_fault());
    offers_kvm_ = capabilities_offer_kvm(xml.get());
  }
  return *offers_kvm_;
}

bool LibvirtHost::only_passt() {
  if (!only_passt_) {
    const TextHandle xml(
        virConnectGetDomainCapabilities(connection_.get(), nullptr, nullptr, nullptr, nullptr, 0));
    // A driver or a libvirt without this call has no passt either.
    only_passt_ = xml && capabilities_leave_only_passt(xml.get());
  }
  return *only_passt_;
}

}  // namespace nocloud
