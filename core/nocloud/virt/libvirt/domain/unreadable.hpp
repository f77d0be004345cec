#pragma once

#include <set>
#include <string>
#include <vector>

#include "nocloud/virt/libvirt/host/host.hpp"

namespace nocloud {

std::vector<Unreadable> unreadable_domains(const Connection& connection,
                                           const std::set<std::string>& readable);

}  // namespace nocloud
