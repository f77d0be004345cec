#pragma once

#include <string_view>
#include <vector>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// Throws the error of the unreadable VM that is meant, if there is one: of this UUID, or where that is
/// empty, of this name, now or when it was made. To be called before anybody is told that there is no such
/// VM.
void refuse_unreadable(const std::vector<Unreadable>& unreadable, std::string_view name,
                       std::string_view uuid = {});

/// The same among all that the host has.
void refuse_unreadable(Hypervisor& hypervisor, std::string_view name, std::string_view uuid = {});

}  // namespace nocloud
