#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

struct StopRequest {
  /// The VMs by name; empty means those that the group and type select.
  std::vector<VmName> names = {};
  std::optional<GroupName> group = std::nullopt;
  std::optional<TypeName> type = std::nullopt;
  OwnerFilter owner = {};
  /// How long guests that were asked to power off may take before they are forced to.
  std::chrono::seconds grace = std::chrono::seconds(60);
};

struct StoppedVm {
  VmName name;
  /// True if it ran or had crashed (stop) or was there (remove).
  bool changed = false;
  std::optional<Error> error = std::nullopt;
};

/// The VMs that a request means, incomplete ones included, sorted. Throws Error{not_found} for a name that is
/// not there, Error{conflict} for one that the owner filter does not accept.
std::vector<Vm> vms_to_stop(const Context& context, const StopRequest& request);
/// Tells as well which are left out only because they are not the caller's, where the caller's are meant.
std::vector<Vm> vms_to_stop(const Context& context, const StopRequest& request, OthersVms& others);

/// Powers guests off: asks each, then forces those that are still up after the grace time. A guest that has
/// panicked is forced at once.
std::vector<StoppedVm> stop(const Context& context, const StopRequest& request, const std::vector<Vm>& vms);

/// Asks one guest to power off. Throws Error{timed_out} if it has not done so after the grace time, and
/// leaves it up; Error{failed} as soon as it is seen to have panicked; Error{interrupted}.
void power_off(const Context& context, const VmName& name, std::chrono::seconds grace);

/// Removes VMs with everything that belongs to them. Guests are powered off at once: what they could still
/// write to their disks goes with them.
std::vector<StoppedVm> remove(const Context& context, const std::vector<Vm>& vms);

/// Throws the first error that there is among the results.
void throw_first(const std::vector<StoppedVm>& results);

}  // namespace nocloud
