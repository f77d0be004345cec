#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/difference.hpp"
#include "nocloud/ops/converge/foresee.hpp"
#include "nocloud/ops/converge/instantiate.hpp"

namespace nocloud {

/// What a group is to be.
struct GroupRequest {
  GroupName group;
  /// Its VMs, all of them of this group, and how they are made.
  InstantiateRequest wanted = {};
  NewVmDefaults defaults = {};
  /// What becomes of the caller's VMs of the group that are not among them. A run with a state of its own
  /// removes only those that it knows (`wanted.keeping`).
  enum class Others { keep, remove } others = Others::keep;
  /// What becomes of those of its VMs that can't be changed into what they are to be.
  Misfit misfit = Misfit::keep;
  /// What becomes of those that are up and can only be changed while they are down.
  Interruption interruption = Interruption::refuse;
  /// For guests that are asked to power off.
  std::chrono::seconds grace = std::chrono::seconds(60);
};

/// What has to be done for a request, and what comes of it.
struct GroupPlan {
  std::vector<Vm> removed = {};
  /// VMs that give way to others of their names.
  std::vector<Vm> recreated = {};
  /// VMs that are up and are powered off to be changed.
  std::vector<Vm> stopped = {};
  /// VMs that are down and are changed before they are started.
  std::vector<DescribedVm> changed = {};
  /// How many VMs are made or started.
  std::size_t brought_up = 0;
  /// The caller's VMs of the group, sorted by name.
  std::vector<Vm> before = {};
  std::vector<Vm> after = {};
  /// Where VMs are not as described and fit all the same, a sentence each.
  std::vector<std::string> tolerated = {};
  /// What the wait for them is known to end in, as where one is paused and stays so.
  std::optional<Error> failure = std::nullopt;

  /// Re-creation and a stop end in being brought up.
  bool changes_something() const { return !removed.empty() || !changed.empty() || brought_up > 0; }
};

/// Looks, and changes nothing. Throws Error{conflict} that names every VM which can't become what it is to
/// be, and what instantiate() throws for the request as a whole.
GroupPlan plan_group(const Context& context, const GroupRequest& request);

struct EnsuredGroup {
  /// Whether anything was done.
  bool changed = false;
  /// Why the group is not as asked, or not ready.
  std::optional<Error> error = std::nullopt;
};

/// Makes the group be as asked: removes, changes, makes and starts VMs, and waits for them. VMs are made anew
/// one after the other, until one can't be made.
EnsuredGroup ensure_group(const Context& context, const GroupRequest& request, const GroupPlan& plan);

}  // namespace nocloud
