#pragma once

#include <optional>

#include "nocloud/ops/converge/ensure_plan.hpp"

namespace nocloud {

struct EnsuredVm {
  /// Whether anything was done.
  bool changed = false;
  /// The VM as it is now; nothing if it is absent, or after an error.
  std::optional<LocatedVm> located = std::nullopt;
  /// Why it is not as asked, or not ready.
  std::optional<Error> error = std::nullopt;
};

/// Makes one VM be as asked, by the steps of its plan, and waits until one that has to run is ready. Each
/// step looks again, under the VM's lock: what another run has done meanwhile is not done twice.
EnsuredVm ensure_vm(const Context& context, const EnsureRequest& request, const EnsurePlan& plan);

}  // namespace nocloud
