#pragma once

#include <vector>

#include "nocloud/model/snapshot.hpp"
#include "nocloud/virt/libvirt/domain/vms.hpp"

namespace nocloud {

/// Snapshots of nocloud's VMs, kept within their disks.
class LibvirtSnapshots {
 public:
  LibvirtSnapshots(const Connection& connection, LibvirtVms& vms) : connection_(connection), vms_(vms) {}

  std::vector<Snapshot> all(const VmName& vm);
  void take(const VmName& vm, const SnapshotName& name);
  void revert(const VmName& vm, const std::string& name);
  bool remove(const VmName& vm, const std::string& name);

 private:
  /// Null if the domain has none of this name.
  SnapshotHandle lookup(virDomainPtr domain, const std::string& name);

  const Connection& connection_;
  LibvirtVms& vms_;
};

}  // namespace nocloud
