#pragma once

#include <cstdlib>

#include <libvirt/libvirt.h>

#include "nocloud/base/handle.hpp"

namespace nocloud {

using DomainHandle = Handle<virDomain, virDomainFree>;
using SnapshotHandle = Handle<virDomainSnapshot, virDomainSnapshotFree>;
using NetworkHandle = Handle<virNetwork, virNetworkFree>;
using InterfaceHandle = Handle<virInterface, virInterfaceFree>;
using PoolHandle = Handle<virStoragePool, virStoragePoolFree>;
using VolumeHandle = Handle<virStorageVol, virStorageVolFree>;
using StreamHandle = Handle<virStream, virStreamFree>;

/// Frees what libvirt has allocated for us.
inline void free_memory(void* memory) noexcept {
  std::free(memory);  // NOLINT(cppcoreguidelines-owning-memory,cppcoreguidelines-no-malloc): from a C library
}
using TextHandle = Handle<char, free_memory>;

}  // namespace nocloud
