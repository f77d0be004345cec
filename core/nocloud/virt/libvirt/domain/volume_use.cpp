#include "nocloud/virt/libvirt/domain/volume_use.hpp"

#include <map>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/domain/domains.hpp"
#include "nocloud/virt/libvirt/domain/states.hpp"
#include "nocloud/virt/xml/domain/disk_sources.hpp"
#include "nocloud/virt/xml/volume_xml.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

/// Somebody else's pool, volume or snapshot may go while it is looked at, or not be there at all.
bool has_gone(const Fault& fault) {
  switch (fault.code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_DOMAIN_SNAPSHOT:
    case VIR_ERR_NO_STORAGE_POOL:
    case VIR_ERR_NO_STORAGE_VOL:
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_OPERATION_INVALID:
      return true;
    default:
      return false;
  }
}

/// Whether the text has the name, and not only as the end of another VM's: `b.qcow2` is not `web-b.qcow2`.
bool names_file(std::string_view text, std::string_view name) {
  constexpr std::string_view of_vm_names = "abcdefghijklmnopqrstuvwxyz0123456789-";
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const auto before = text.substr(0, at);
    const bool is_end = !before.empty() && of_vm_names.find(before.back()) != std::string_view::npos;
    if (!is_end || before.ends_with("%2f")) return true;
  }
  return false;
}

/// Collects what uses the volumes, from all pools and domains.
class UseSearch {
 public:
  UseSearch(const Connection& connection, std::string folder, const std::set<VolumeName>& volumes,
            const std::set<VmName>& except)
      : connection_(connection), folder_(std::move(folder)), volumes_(volumes) {
    for (const auto& name : except) except_.insert(name.str());
    for (const auto& volume : volumes) own_paths_.insert(fmt::format("{}/{}", folder_, volume));
  }

  VolumeUse result() {
    read_pools();
    for (const auto& found : list_domains(connection_)) read_domain(found);
    for (auto& [path, description] : loose_) {
      if (use_.listed.contains(path) || told_.contains(path)) continue;
      const auto kind = in_arguments_.contains(path) ? LooseDisk::Kind::perhaps : LooseDisk::Kind::disk;
      use_.loose.push_back({.path = path, .description = std::move(description), .kind = kind});
    }
    return std::move(use_);
  }

 private:
  void read_pools();
  void read_volumes(virStoragePoolPtr pool);
  void read_volume(virStoragePoolPtr pool, virStorageVolPtr volume);
  void read_domain(const ListedDomain& found);
  void read_snapshots(virDomainPtr domain);
  void read_saved_memory(virDomainPtr domain);
  /// Counts all that the XML names.
  void count(virDomainPtr domain, const std::string& xml);
  void count(virDomainPtr domain, const DiskSource& disk);
  void count_names_in(std::string_view text);
  void add_loose(const std::string& path, std::string description);
  /// Notes that something is there and can't be read.
  void note_unread(std::string_view what, const Fault& fault);

  const Connection& connection_;
  const std::string folder_;
  const std::set<VolumeName>& volumes_;
  std::set<std::string> except_;
  std::set<std::string> own_paths_;
  std::map<std::pair<std::string, std::string>, std::string> path_of_volume_;
  std::map<std::string, std::string> loose_;
  /// Disks of which a running domain tells the whole chain.
  std::set<std::string> told_;
  std::set<std::string> in_arguments_;
  VolumeUse use_;
};

void UseSearch::note_unread(std::string_view what, const Fault& fault) {
  if (!has_gone(fault)) use_.unread.push_back(connection_.error(what, fault));
}

void UseSearch::count_names_in(std::string_view text) {
  for (const auto& volume : volumes_) {
    if (names_file(text, volume.str())) use_.used.insert(volume);
  }
}

void UseSearch::add_loose(const std::string& path, std::string description) {
  // All that is in nocloud's own folder is listed: such a file is yet to be made, or has gone.
  if (path.starts_with(folder_ + "/") && path.find('/', folder_.size() + 1) == std::string::npos) return;
  loose_.emplace(path, std::move(description));
}

void UseSearch::read_pools() {
  virStoragePoolPtr* listed = nullptr;
  const int count =
      virConnectListAllStoragePools(connection_.get(), &listed, VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE);
  if (count < 0) throw connection_.error("cannot list the storage pools", last_fault());
  const Handle<virStoragePoolPtr, free_memory> array(listed);
  std::vector<PoolHandle> pools;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) pools.emplace_back(raw);
  for (const auto& pool : pools) read_volumes(pool.get());
}

void UseSearch::read_volumes(virStoragePoolPtr pool) {
  virStorageVolPtr* listed = nullptr;
  const int count = virStoragePoolListAllVolumes(pool, &listed, 0);
  if (count < 0) {
    const auto fault = last_fault();
    return note_unread(
        fmt::format("cannot list the volumes of the storage pool {}", cited(virStoragePoolGetName(pool))),
        fault);
  }
  const Handle<virStorageVolPtr, free_memory> array(listed);
  std::vector<VolumeHandle> volumes;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) volumes.emplace_back(raw);
  for (const auto& volume : volumes) read_volume(pool, volume.get());
}

void UseSearch::read_volume(virStoragePoolPtr pool, virStorageVolPtr volume) {
  const std::string name = virStorageVolGetName(volume);
  const TextHandle xml(virStorageVolGetXMLDesc(volume, 0));
  if (!xml) {
    const auto fault = last_fault();
    return note_unread(fmt::format("cannot look at the volume {}", cited(name)), fault);
  }
  const auto document = parsed_xml(xml.get(), "what libvirt says of a volume");
  const auto node = document.child("volume");
  const std::string path = node.child("target").child_value("path");
  path_of_volume_.emplace(std::pair(std::string(virStoragePoolGetName(pool)), name), path);
  // libvirt looks into files only.
  if (std::string_view(node.attribute("type").value()) != "file") return;
  use_.listed.insert(path);
  if (own_paths_.contains(path)) return;  // whether it is in use itself is the question
  const auto below = backing_path(xml.get());
  if (!below) return;
  count_names_in(*below);
  add_loose(*below, fmt::format("the file {} below the volume {}", cited(*below), cited(path)));
}

void UseSearch::count(virDomainPtr domain, const std::string& xml) {
  count_names_in(xml);
  for (const auto& disk : disk_sources(xml)) count(domain, disk);
}

void UseSearch::count(virDomainPtr domain, const DiskSource& disk) {
  if (!disk.can_have_base) return;
  const auto describe = [&](const std::string& what) {
    return fmt::format("the disk {} of the domain {}", cited(what), cited(virDomainGetName(domain)));
  };
  if (disk.from_argument) {
    in_arguments_.insert(disk.path);
    return add_loose(disk.path, fmt::format("the file {} in QEMU's arguments of the domain {}",
                                            cited(disk.path), cited(virDomainGetName(domain))));
  }
  if (disk.volume.empty()) return add_loose(disk.path, describe(disk.path));
  const auto path = path_of_volume_.find({disk.pool, disk.volume});
  if (path != path_of_volume_.end()) return add_loose(path->second, describe(path->second));
  const auto what = fmt::format("{}/{}", disk.pool, disk.volume);
  use_.unread.emplace_back(
      ErrorKind::failed,
      fmt::format("{} can't be read: no active storage pool has such a volume", describe(what)),
      fmt::format("Start and refresh the pool: virsh pool-start {0}; virsh pool-refresh {0}",
                  cited(disk.pool)));
}

void UseSearch::read_domain(const ListedDomain& found) {
  auto* const domain = found.domain.get();
  if (except_.contains(virDomainGetName(domain))) return;
  try {
    count(domain, inactive_xml(connection_, domain));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return;  // it has just gone
    throw;
  }
  read_snapshots(domain);
  if (!is_up(condition_from(found.state, found.reason).state)) return read_saved_memory(domain);
  const TextHandle live(virDomainGetXMLDesc(domain, 0));
  if (!live) {
    const auto fault = last_fault();
    return note_unread(fmt::format("cannot read the domain {}", cited(virDomainGetName(domain))), fault);
  }
  auto document = parsed_xml(live.get(), "what libvirt says of a domain");
  // Only the record in the definition is kept up to date.
  document.child("domain").remove_child("metadata");
  const auto xml = xml_text(document);
  count(domain, xml);
  for (auto& disk : disk_sources(xml)) {
    if (disk.base_told) told_.insert(std::move(disk.path));
  }
}

void UseSearch::read_snapshots(virDomainPtr domain) {
  const auto what =
      fmt::format("cannot read the snapshots of the domain {}", cited(virDomainGetName(domain)));
  virDomainSnapshotPtr* listed = nullptr;
  const int count_of_all = virDomainListAllSnapshots(domain, &listed, 0);
  if (count_of_all < 0) return note_unread(what, last_fault());
  const Handle<virDomainSnapshotPtr, free_memory> array(listed);
  std::vector<SnapshotHandle> snapshots;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count_of_all)))
    snapshots.emplace_back(raw);
  for (const auto& snapshot : snapshots) {
    const TextHandle xml(virDomainSnapshotGetXMLDesc(snapshot.get(), 0));
    if (xml) {
      count(domain, xml.get());
    } else {
      note_unread(what, last_fault());
    }
  }
}

void UseSearch::read_saved_memory(virDomainPtr domain) {
  if (virDomainHasManagedSaveImage(domain, 0) != 1) return;
  const TextHandle xml(virDomainManagedSaveGetXMLDesc(domain, 0));
  if (xml) return count(domain, xml.get());
  const auto fault = last_fault();
  note_unread(fmt::format("cannot read the saved memory of the domain {}", cited(virDomainGetName(domain))),
              fault);
}

}  // namespace

VolumeUse volume_use(const Connection& connection, const std::string& folder,
                     const std::set<VolumeName>& volumes, const std::set<VmName>& except) {
  return UseSearch(connection, folder, volumes, except).result();
}

}  // namespace nocloud
