#pragma once

#include <chrono>
#include <optional>
#include <thread>

#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {

/// Repeats a call that libvirt refuses with code `busy` while somebody's volume is being made in the pool,
/// for half a minute; nothing if it succeeded.
template <class Call>
std::optional<Fault> insist(virStoragePoolPtr pool, Call&& call, int busy) {
  constexpr auto time_limit = std::chrono::seconds(30);
  constexpr auto between_tries = std::chrono::milliseconds(10);
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  for (;;) {
    if (call() == 0) return std::nullopt;
    const auto fault = last_fault();
    // The code is also that of an inactive pool.
    if (fault.code != busy || virStoragePoolIsActive(pool) != 1 ||
        std::chrono::steady_clock::now() >= deadline)
      return fault;
    std::this_thread::sleep_for(between_tries);
  }
}

}  // namespace nocloud
