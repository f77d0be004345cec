#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// What a new VM takes before its guest runs, in bytes: overlay, seed and the log of its console.
inline constexpr std::uint64_t least_bytes_of_vm = std::uint64_t{1} << 20U;

/// Throws Error{unavailable} if the storage pool is known to have less room than these bytes. `what` says
/// for what: "a snapshot needs".
void require_room(const Context& context, std::uint64_t bytes, std::string_view what);

/// The same for so many new VMs, of which so many come one at a time in the places of others.
void require_room_for_vms(const Context& context, std::size_t made, std::size_t replacing);

}  // namespace nocloud
