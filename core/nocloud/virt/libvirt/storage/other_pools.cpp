#include "nocloud/virt/libvirt/storage/other_pools.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <libvirt/virterror.h>
#include <sys/stat.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/handles.hpp"
#include "nocloud/virt/libvirt/storage/busy_pool.hpp"
#include "nocloud/virt/xml/volume_xml.hpp"

namespace nocloud {
namespace {

/// The pools whose volumes are files, and so can lie over others.
constexpr unsigned active_pools_of_files =
    VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE | VIR_CONNECT_LIST_STORAGE_POOLS_DIR |
    VIR_CONNECT_LIST_STORAGE_POOLS_FS | VIR_CONNECT_LIST_STORAGE_POOLS_NETFS;

enum class Folder { there, gone, unknown };

Folder folder_here(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return S_ISDIR(status.st_mode) ? Folder::there : Folder::gone;
  return errno == ENOENT || errno == ENOTDIR ? Folder::gone : Folder::unknown;
}

/// libvirt looks at a volume's file when it is asked for its size. Unknown for a pool without volumes.
Folder folder_by_its_volumes(virStoragePoolPtr pool) {
  virStorageVolPtr* listed = nullptr;
  const int count = virStoragePoolListAllVolumes(pool, &listed, 0);
  if (count <= 0) return Folder::unknown;
  const Handle<virStorageVolPtr, free_memory> array(listed);
  std::vector<VolumeHandle> volumes;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) volumes.emplace_back(raw);
  const bool any = std::ranges::any_of(volumes, [](const VolumeHandle& volume) {
    virStorageVolInfo info{};
    return virStorageVolGetInfo(volume.get(), &info) == 0;
  });
  return any ? Folder::there : Folder::gone;
}

/// Of a pool that has just gone: unknown.
Folder folder_of(const Connection& connection, virStoragePoolPtr pool) {
  const auto& place = connection.place();
  if (place.pretended) return Folder::there;
  const TextHandle xml(virStoragePoolGetXMLDesc(pool, 0));
  if (!xml) return Folder::unknown;
  const auto here = place.local ? folder_here(pool_path_from_xml(xml.get())) : Folder::unknown;
  return here == Folder::unknown ? folder_by_its_volumes(pool) : here;
}

/// Nothing if it succeeded, or if the pool has gone.
std::optional<Error> refreshed(const Connection& connection, virStoragePoolPtr pool) {
  const auto name = printable(virStoragePoolGetName(pool));
  // libvirt stops a pool that it can't refresh.
  if (folder_of(connection, pool) == Folder::gone) {
    return Error(
        ErrorKind::failed,
        fmt::format("the folder of the storage pool '{}' is gone, and what was in it is not known", name),
        fmt::format("Put the folder back, or stop the pool: `virsh pool-destroy {}`.", name));
  }
  const auto fault = insist(
      pool, [&] { return virStoragePoolRefresh(pool, 0); }, VIR_ERR_INTERNAL_ERROR);
  if (!fault || fault->code == VIR_ERR_NO_STORAGE_POOL) return std::nullopt;
  const auto error = connection.error(fmt::format("cannot refresh the storage pool '{}'", name), *fault);
  return Error(error.kind(), error.message(), fmt::format("`virsh pool-refresh {}` must work first.", name));
}

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
    if (virStoragePoolGetName(pool.get()) == our_name) continue;
    if (auto error = refreshed(connection, pool.get())) unread.push_back(*std::move(error));
  }
  return unread;
}

}  // namespace nocloud
