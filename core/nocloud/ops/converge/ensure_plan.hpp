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

/// What one VM is to be. What is left open stays as it is, also where the VM is made anew; of a new one it is
/// the template's, group and type are `group` and `default`, and there are no extra disks.
struct EnsureRequest {
  VmName name;
  enum class State {
    absent,
    /// There as described; one that is there keeps its power state, one that is made is started.
    present,
    started,
    stopped,
    /// Down and up again, and changed in between where it has to be.
    restarted,
  } state = State::started;
  std::optional<GroupName> group = std::nullopt;
  std::optional<TypeName> type = std::nullopt;
  std::optional<TemplateName> template_name = std::nullopt;
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  std::optional<std::vector<DiskSize>> disks = std::nullopt;
  std::optional<NetworkList> networks = std::nullopt;
  std::optional<VirtType> virt_type = std::nullopt;
  std::string user_data = {};
  NewVmDefaults defaults = {};
  /// Nothing: a VM that is there is taken as it fits.
  std::optional<Keeping> keeping = std::nullopt;
  Misfit misfit = Misfit::keep;
  /// What becomes of one that is up and can only be changed while it is down, where the state leaves that
  /// open.
  Interruption interruption = Interruption::refuse;
  WaitFor wait = WaitFor::ssh;
  /// For the wait; nothing: default_wait.
  std::optional<std::chrono::seconds> timeout = std::nullopt;
  /// For a guest that is asked to power off.
  std::chrono::seconds grace = std::chrono::seconds(60);
};

enum class VmStep { stop, remove, create, change, start };

/// What has to be done for a request, and what comes of it.
struct EnsurePlan {
  /// In order; none if the VM is as it is to be.
  std::vector<VmStep> steps = {};
  std::optional<Vm> before = std::nullopt;
  /// Nothing if it is to be absent. What is not known before a VM is made is empty.
  std::optional<Vm> after = std::nullopt;
  /// How the VM would be made, its one description the request with what it left open; nothing if the VM is
  /// to be absent.
  std::optional<InstantiateRequest> making = std::nullopt;
  /// Where the VM is not as described and fits all the same.
  std::vector<std::string> tolerated = {};
  /// What the wait for it is known to end in, as for a VM that is paused and stays so.
  std::optional<Error> failure = std::nullopt;

  bool has(VmStep step) const;
};

/// The steps from what there is to what is asked for. Throws Error{conflict} with the remedy for differences
/// that need a stop or another VM, unless the request allows that.
std::vector<VmStep> steps_for(const EnsureRequest& request, const std::optional<Vm>& present,
                              const std::vector<Difference>& differences);

/// Looks, and changes nothing. Throws what ensure_vm would throw before it changes anything: Error{conflict},
/// {not_found}, {invalid_input}, {unavailable}.
EnsurePlan plan_ensure(const Context& context, const EnsureRequest& request);

}  // namespace nocloud
