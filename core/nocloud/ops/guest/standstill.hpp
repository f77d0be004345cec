#pragma once

#include <optional>
#include <string>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// Why a guest comes no further, however long it is waited for.
struct Standstill {
  /// "is paused", to be said of the VM.
  std::string what;
  /// What helps; may be empty.
  std::string hint;
};

/// Nothing of a VM that runs, or is down.
std::optional<Standstill> standstill_of(const Vm& vm);

/// What a wait for the VM would end in at once; nothing if it may end well.
std::optional<Error> vain_wait(Hypervisor& hypervisor, const Vm& vm);

}  // namespace nocloud
