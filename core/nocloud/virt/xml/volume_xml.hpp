#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// A storage pool that is a folder on the host.
std::string pool_xml(const std::string& name, const std::string& path);
/// The folder of such a pool. Throws Error{failed} if the pool is of another kind.
std::string pool_path_from_xml(std::string_view xml);

/// Whose files libvirt's daemon makes.
enum class DaemonUser { root, ordinary };

std::string volume_xml(const NewVolume& volume, DaemonUser user);
/// A qcow2 volume over the qcow2 file at `base_path`, as large as that unless a capacity is given.
std::string overlay_xml(const VolumeName& name, const std::string& base_path,
                        std::optional<std::uint64_t> capacity = std::nullopt);

/// The file below the volume that libvirt describes; nothing if that stands alone.
std::optional<std::string> backing_path(std::string_view xml);

}  // namespace nocloud
