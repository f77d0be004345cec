#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/virt/hypervisor.hpp"
#include "nocloud/virt/libvirt/storage/pool.hpp"

namespace nocloud {

/// The volumes of nocloud's storage pool.
class LibvirtVolumes {
 public:
  LibvirtVolumes(const Connection& connection, LibvirtPool& pool) : connection_(connection), pool_(pool) {}

  std::vector<VolumeName> names();
  void refresh();
  std::optional<std::uint64_t> free_bytes();
  std::optional<Volume> find(const VolumeName& name);
  void create(const NewVolume& volume);
  void create_overlay(const VolumeName& name, const VolumeName& base);
  void grow(const VolumeName& name, std::uint64_t capacity_bytes);
  void upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source);
  std::string read(const VolumeName& name, std::uint64_t offset, std::size_t most);
  void download(const VolumeName& name, const ByteSink& sink);
  /// Whether it is an overlay, as the pool was last refreshed.
  bool has_base(const VolumeName& name);
  std::optional<VolumeName> base_of(const VolumeName& name);
  bool remove(const VolumeName& name);

 private:
  /// Null if the pool has none of this name.
  VolumeHandle lookup(const VolumeName& name);
  VolumeHandle existing(const VolumeName& name);
  void create_from(const std::string& xml, const VolumeName& name);
  /// Whether a volume could not be made since libvirt does not know what files there are.
  bool is_surprised(const VolumeName& name, const Fault& fault);
  std::optional<std::string> backing_of(virStorageVolPtr volume, const VolumeName& name) const;
  /// Throws Error{not_found} if its file is gone, unseen by libvirt so far; so does backing_of.
  virStorageVolInfo info_of(virStorageVolPtr volume, const VolumeName& name) const;
  Error error_about(const VolumeName& name, const Fault& fault) const;

  const Connection& connection_;
  LibvirtPool& pool_;
};

}  // namespace nocloud
