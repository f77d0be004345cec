#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/model/spec/description.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/change.hpp"
#include "nocloud/ops/converge/difference.hpp"
#include "nocloud/ops/converge/keeping.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/ops/vm/wait.hpp"

namespace nocloud {

/// VMs to add to those there are, with names of their own making.
struct FurtherVms {
  GroupName group;
  TypeName type;
  TemplateName template_name;
  VmShape shape = {};
  VmCount count = VmCount::of(1);
};

struct InstantiateRequest {
  std::vector<DescribedVm> vms = {};
  std::optional<FurtherVms> further = std::nullopt;
  /// Nothing: the connection's default.
  std::optional<NetworkList> networks = std::nullopt;
  std::optional<VirtType> virt_type = std::nullopt;
  std::string user_data = {};
  /// Who may log in to new VMs beside the caller, as authorized_keys has them.
  std::vector<std::string> ssh_public_keys = {};
  /// Nothing: what is made stays off, and what is down stays down; then there is nothing to wait for.
  std::optional<StartMode> start = StartMode::running;
  WaitFor wait = WaitFor::ssh;
  /// From the start of the last VM; nothing: default_wait.
  std::optional<std::chrono::seconds> timeout = std::nullopt;
  /// Nothing: VMs that are there are taken as they fit.
  std::optional<Keeping> keeping = std::nullopt;
  /// VMs of described names that give way: each is removed right before another is made in its place, one at
  /// a time. The first that fails ends that; those after it stay as they are.
  std::vector<Vm> giving_way = {};
  enum class Effect { real, dry_run } effect = Effect::real;
  /// Whose VMs and groups count as the caller's beside those that are.
  OwnerFilter owner = {};
};

struct InstantiatedVm {
  VmName name;
  Change change = Change::none;
  /// Whether the VM that gives way was removed, or at least powered off for it.
  bool gave_way = false;
  /// Where the VM is not as described; nothing was done about it.
  std::vector<Difference> differences = {};
  /// The VM and where it is; nothing in a dry run or when it could not be made.
  std::optional<LocatedVm> located = std::nullopt;
  /// Why it is not there or not ready; in a dry run, as far as that is known before.
  std::optional<Error> error = std::nullopt;
};

/// Why not all of them are there and ready: the first error, and how many there are.
std::optional<Error> first_error(const std::vector<InstantiatedVm>& results);

/// Makes the described VMs be there, running and ready: creates what is missing, starts what is stopped,
/// completes what a killed run left, leaves what fits alone and destroys nothing. Gives one result a VM, in
/// the order of the request. Throws, before anything is changed, if the request as a whole can't be met: a
/// template that is missing, another owner's VM or group, more memory than the host has.
std::vector<InstantiatedVm> instantiate(const Context& context, const InstantiateRequest& request);

}  // namespace nocloud
