#include "nocloud/virt/libvirt/storage/volumes.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <libvirt/virterror.h>
#include <sys/statvfs.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/storage/busy_pool.hpp"
#include "nocloud/virt/libvirt/storage/transfer.hpp"
#include "nocloud/virt/xml/volume_xml.hpp"

namespace nocloud {
namespace {

std::optional<VolumeName> volume_name_from(std::string_view text) {
  try {
    return VolumeName::parse(text);
  } catch (const Error&) {
    return std::nullopt;  // somebody else's file: no name of ours
  }
}

Error absent(const VolumeName& name) {
  return {ErrorKind::not_found, fmt::format("there is no volume '{}'", name)};
}

/// What `look` gives; nothing where it finds that the volume's file is gone.
template <class Look>
auto unless_gone(const Look& look) -> decltype(look()) {
  try {
    return look();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return std::nullopt;
  }
}

}  // namespace

std::vector<VolumeName> LibvirtVolumes::names() {
  virStorageVolPtr* listed = nullptr;
  const int count = virStoragePoolListAllVolumes(pool_.get(), &listed, 0);
  if (count < 0) throw connection_.error("cannot list the volumes", last_fault());
  const Handle<virStorageVolPtr, free_memory> array(listed);
  std::vector<VolumeName> names;
  for (auto* const raw : std::span(listed, static_cast<std::size_t>(count))) {
    const VolumeHandle volume(raw);
    if (auto name = volume_name_from(virStorageVolGetName(raw))) names.push_back(*std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

void LibvirtVolumes::refresh() {
  auto* const pool = pool_.get();
  // libvirt refuses while any volume of the pool is being made, by whomever.
  const auto fault = insist(
      pool, [&] { return virStoragePoolRefresh(pool, 0); }, VIR_ERR_INTERNAL_ERROR);
  if (!fault) return;
  if (virStoragePoolIsActive(pool) != 0) throw connection_.error("cannot refresh the storage pool", *fault);
  pool_.restart();  // which looks into the folder, too
}

VolumeHandle LibvirtVolumes::lookup(const VolumeName& name) {
  VolumeHandle volume(virStorageVolLookupByName(pool_.get(), name.str().c_str()));
  if (volume) return volume;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_STORAGE_VOL) return nullptr;
  throw connection_.error(fmt::format("cannot look for the volume '{}'", name), fault);
}

VolumeHandle LibvirtVolumes::existing(const VolumeName& name) {
  auto volume = lookup(name);
  if (volume) return volume;
  throw absent(name);
}

Error LibvirtVolumes::error_about(const VolumeName& name, const Fault& fault) const {
  if (fault.code == VIR_ERR_NO_STORAGE_VOL) return absent(name);
  return connection_.error(fmt::format("cannot look at the volume '{}'", name), fault);
}

virStorageVolInfo LibvirtVolumes::info_of(virStorageVolPtr volume, const VolumeName& name) const {
  virStorageVolInfo info{};
  if (virStorageVolGetInfo(volume, &info) < 0) throw error_about(name, last_fault());
  return info;
}

std::optional<std::uint64_t> LibvirtVolumes::free_bytes() {
  const auto& place = connection_.place();
  if (place.pretended) return std::nullopt;
  struct statvfs disk {};
  // libvirt knows the room only as it was at its last look, and looks at every volume for that.
  if (place.local && ::statvfs(pool_.path().c_str(), &disk) == 0) {
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
  }
  refresh();
  virStoragePoolInfo info{};
  if (virStoragePoolGetInfo(pool_.get(), &info) < 0) return std::nullopt;
  return info.available;
}

std::optional<Volume> LibvirtVolumes::find(const VolumeName& name) {
  const auto volume = lookup(name);
  if (!volume) return std::nullopt;
  return unless_gone([&]() -> std::optional<Volume> {
    const auto info = info_of(volume.get(), name);
    return Volume{.name = name, .capacity_bytes = info.capacity, .allocation_bytes = info.allocation};
  });
}

void LibvirtVolumes::create(const NewVolume& volume) {
  const auto user = connection_.place().session ? DaemonUser::ordinary : DaemonUser::root;
  create_from(volume_xml(volume, user), volume.name);
}

void LibvirtVolumes::create_overlay(const VolumeName& name, const VolumeName& base) {
  const auto below = find(base);
  if (!below) throw absent(base);
  // Left to itself libvirt takes the size from the image, which knows better than the pool's list. Only its
  // pretended hosts, which have no images, want to be told.
  std::optional<std::uint64_t> capacity;
  if (connection_.place().pretended) capacity = below->capacity_bytes;
  create_from(overlay_xml(name, fmt::format("{}/{}", pool_.path(), base), capacity), name);
}

void LibvirtVolumes::create_from(const std::string& xml, const VolumeName& name) {
  const auto create = [&] {
    const VolumeHandle created(virStorageVolCreateXML(pool_.get(), xml.c_str(), 0));
    return created ? std::nullopt : std::optional(last_fault());
  };
  auto fault = create();
  if (fault && is_surprised(name, *fault)) {
    refresh();
    if (!lookup(name)) fault = create();
  }
  if (!fault) return;
  if (fault->code == VIR_ERR_STORAGE_VOL_EXIST || lookup(name)) {
    throw Error(ErrorKind::conflict, fmt::format("there is a volume '{}' already", name));
  }
  throw connection_.error(fmt::format("cannot make the volume '{}'", name), *fault);
}

bool LibvirtVolumes::is_surprised(const VolumeName& name, const Fault& fault) {
  // A file, or all of the folder, that was removed past libvirt.
  if (fault.code == VIR_ERR_STORAGE_VOL_EXIST) return !find(name);
  // A file that was put there past libvirt, or left by a daemon that died.
  return fault.code == VIR_ERR_OPERATION_FAILED || fault.code == VIR_ERR_OPERATION_INVALID ||
         fault.code == VIR_ERR_SYSTEM_ERROR;
}

void LibvirtVolumes::grow(const VolumeName& name, std::uint64_t capacity_bytes) {
  const auto volume = existing(name);
  if (info_of(volume.get(), name).capacity >= capacity_bytes) return;
  if (virStorageVolResize(volume.get(), capacity_bytes, 0) == 0) return;
  throw connection_.error(fmt::format("cannot make the volume '{}' larger", name), last_fault());
}

void LibvirtVolumes::upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source) {
  const auto volume = existing(name);
  Transfer transfer(connection_, fmt::format("cannot fill the volume '{}'", name));
  transfer.upload(volume.get(), bytes, source);
}

std::string LibvirtVolumes::read(const VolumeName& name, std::uint64_t offset, std::size_t most) {
  const auto volume = existing(name);
  const std::uint64_t size = info_of(volume.get(), name).capacity;
  const auto length = std::min<std::uint64_t>(size - std::min(size, offset), most);
  // libvirt takes a length of 0 for "all".
  if (length == 0) return {};
  Transfer transfer(connection_, fmt::format("cannot read the volume '{}'", name));
  return transfer.download(volume.get(), offset, static_cast<std::size_t>(length));
}

void LibvirtVolumes::download(const VolumeName& name, const ByteSink& sink) {
  const auto volume = existing(name);
  Transfer transfer(connection_, fmt::format("cannot read the volume '{}'", name));
  transfer.download(volume.get(), sink);
}

std::optional<std::string> LibvirtVolumes::backing_of(virStorageVolPtr volume, const VolumeName& name) const {
  const TextHandle xml(virStorageVolGetXMLDesc(volume, 0));
  if (!xml) throw error_about(name, last_fault());
  return backing_path(xml.get());
}

bool LibvirtVolumes::has_base(const VolumeName& name) {
  return backing_of(existing(name).get(), name).has_value();
}

std::optional<VolumeName> LibvirtVolumes::base_of(const VolumeName& name) {
  const auto volume = lookup(name);
  if (!volume) return std::nullopt;
  const auto path = unless_gone([&] { return backing_of(volume.get(), name); });
  if (!path) return std::nullopt;
  // QEMU also takes "json:{…"filename":"/folder/NAME"}}".
  const auto last = std::string_view(*path).substr(path->rfind('/') + 1);
  return volume_name_from(last.substr(0, last.find('"')));
}

bool LibvirtVolumes::remove(const VolumeName& name) {
  const auto volume = lookup(name);
  if (!volume) return false;
  // libvirt refuses while the volume is being made, perhaps for a run that was killed.
  const auto fault = insist(
      pool_.get(), [&] { return virStorageVolDelete(volume.get(), VIR_STORAGE_VOL_DELETE_NORMAL); },
      VIR_ERR_OPERATION_INVALID);
  if (!fault) return true;
  if (fault->code == VIR_ERR_NO_STORAGE_VOL) return false;
  throw connection_.error(fmt::format("cannot delete the volume '{}'", name), *fault);
}

}  // namespace nocloud
