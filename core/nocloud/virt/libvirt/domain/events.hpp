#pragma once

#include <memory>
#include <string>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// As Hypervisor::subscribe says, by a connection of its own: libvirt's loop for events takes part in all
/// that its connection does.
std::unique_ptr<Subscription> subscribe_at(const std::string& uri, DomainListener listener);

}  // namespace nocloud
