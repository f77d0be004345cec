#pragma once

#include <chrono>
#include <stop_token>

#include "nocloud/virt/libvirt/host/host.hpp"

namespace nocloud {

/// See Hypervisor::trial_boot.
bool trial_boot_on(const Connection& connection, LibvirtHost& host, const TrialBoot& trial,
                   std::chrono::milliseconds limit, const std::stop_token& stop);

}  // namespace nocloud
