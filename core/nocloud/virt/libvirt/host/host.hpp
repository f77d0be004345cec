#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "nocloud/virt/libvirt/storage/pool.hpp"
#include "nocloud/virt/xml/domain/domain_xml.hpp"

namespace nocloud {

/// What doesn't change about a host while a connection to it is open; asked for once, when it is needed.
class LibvirtHost {
 public:
  LibvirtHost(const Connection& connection, LibvirtPool& pool) : connection_(connection), pool_(pool) {}

  HostPlace place() const;
  HostFacts facts();
  /// Of the machine type that VMs get; nothing if that can't be known. Asked for each time: few VMs need it.
  std::optional<unsigned> most_cpus(VirtType virt_type);
  /// For a domain; `user_network` if it has a NIC on one (asking whether there is passt takes a while).
  DomainHost domain_host(bool user_network);

 private:
  const virNodeInfo& node();
  std::uint64_t memory_kib();
  bool offers_kvm();
  bool only_passt();

  const Connection& connection_;
  LibvirtPool& pool_;
  std::mutex mutex_;
  std::optional<virNodeInfo> node_;
  std::optional<bool> offers_kvm_;
  std::optional<bool> only_passt_;
};

}  // namespace nocloud
