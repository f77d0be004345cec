#pragma once

#include <filesystem>
#include <stop_token>

#include "nocloud/model/vm.hpp"

namespace nocloud {

/// Throws Error{not_found} if this machine lacks what seals disks.
void require_seal();

/// Strips the guest on a qcow2 disk of all that tells it from others, so that its clones are no twins: host
/// keys, machine-id, leases, host name, logs, random seed, who may log in, and cloud-init's memory of having
/// run. virt-sysprep does it, in an appliance that is made beside the disk and runs under `virt_type`. Throws
/// Error{failed} with its words.
void seal_disk(const std::filesystem::path& disk, VirtType virt_type, const std::stop_token& stop);

}  // namespace nocloud
