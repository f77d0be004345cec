#include "nocloud/virt/libvirt_other_pools.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt_busy_pool.hpp"
#include "nocloud/virt/libvirt_handles.hpp"

namespace nocloud {
namespace {

/// The pools whose volumes are files, and so can lie over others.
constexpr unsigned active_pools_of_files =
    VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE | VIR_CONNECT_LIST_STORAGE_POOLS_DIR |
    VIR_CONNECT_LIST_STORAGE_POOLS_FS | VIR_CONNECT_LIST_STORAGE_POOLS_NETFS;

}  // namespace

std::vector<Error> refresh_pools_beside(const Connection& connection, LibvirtPool& ours) {
  virStoragePoolPtr* listed = nullptr;
  const int count = virConnectListAllStoragePools(connection.get(), &listed, active_pools_of_files);
  if (count < 0) throw connection.error("cannot list the storage pools", last_fault());
  const Handle<virStoragePoolPtr, free_memory> array(listed);
  std::vector<PoolHandle> pools;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) pools.emplace_back(raw);
  const std::string_view our_name = virStoragePoolGetName(ours.get());
  std::vector<Error> unread;
  for (const auto& pool : pools) {
    auto* const raw = pool.get();
    if (virStoragePoolGetName(raw) == our_name) continue;
    const auto fault = insist(
        raw, [&] { return virStoragePoolRefresh(raw, 0); }, VIR_ERR_INTERNAL_ERROR);
    if (!fault || fault->code == VIR_ERR_NO_STORAGE_POOL) continue;
    const auto name = printable(virStoragePoolGetName(raw));
    auto error = connection.error(fmt::format("cannot refresh the storage pool '{}'", name), *fault);
    unread.emplace_back(error.kind(), error.message(),
                        fmt::format("`virsh pool-refresh {}` must work first.", name));
  }
  return unread;
}

}  // namespace nocloud
