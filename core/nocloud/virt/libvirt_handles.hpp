#pragma once

#include <cstdlib>

#include <libvirt/libvirt.h>

#include "nocloud/base/handle.hpp"

namespace nocloud {

using DomainHandle = Handle<virDomain, virDomainFree>;
using NetworkHandle = Handle<virNetwork, virNetworkFree>;
using PoolHandle = Handle<virStoragePool, virStoragePoolFree>;
using VolumeHandle = Handle<virStorageVol, virStorageVolFree>;
using StreamHandle = Handle<virStream, virStreamFree>;
/// Text that libvirt has allocated for us.
using TextHandle = Handle<char, std::free>;

}  // namespace nocloud
