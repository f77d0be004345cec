#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nocloud/model/spec/description.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/model/vm.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/difference.hpp"
#include "nocloud/ops/converge/instantiate.hpp"

namespace nocloud {

/// The answer to "what has to be done so that this VM is as described?".
struct VmPlan {
  Change change = Change::none;
  std::vector<Difference> differences = {};
};

/// What a run sees before it changes anything.
struct World {
  std::vector<VmSummary> vms = {};
  /// Those of them that are asked for.
  std::map<VmName, Vm> present = {};
  /// Those that are asked for, as far as they are there.
  std::map<TemplateName, Template> templates = {};
  /// Names that are asked for and that others' domains have.
  std::set<VmName> held = {};
  Memory host_memory = Memory::of_mib(32);

  std::optional<Vm> find(const VmName& name) const;
};

/// Looks at all that matters to a request, and adds to it what it leaves to us to name.
World look_around(const Context& context, InstantiateRequest& request);

/// The error where the description names the VM's template, if it is known where.
Error at_template(const DescribedVm& wanted, const Error& error);

/// Throws Error{not_found} if files are gone of a template from which one of these VMs is to be made.
void check_templates(Hypervisor& hypervisor, const std::vector<DescribedVm>& made,
                     const std::map<TemplateName, Template>& templates);

/// Compares one wanted VM with what there is under its name. Throws Error{conflict} naming the owner or group
/// if that is somebody else's or of another group.
VmPlan plan_vm(const DescribedVm& wanted, const std::optional<Vm>& present, const Template& source,
               const InstantiateRequest& request, const Owner& caller);

/// In what the VM is not as described. `source` is the template as it is now.
std::vector<Difference> differences_of(const DescribedVm& wanted, const Vm& present,
                                       const std::optional<Template>& source,
                                       const InstantiateRequest& request);

/// Throws Error{conflict} naming the owner or group unless the VM is of an accepted owner (by default
/// the caller) and of this group.
void check_holder(const Vm& present, const GroupName& group, const Owner& caller,
                  const OwnerFilter& accepted = {});

/// Checks the request as a whole against the world. Throws Error{not_found}, {conflict} or {unavailable}.
void check_request(const InstantiateRequest& request, const World& world, const Owner& caller);

}  // namespace nocloud
