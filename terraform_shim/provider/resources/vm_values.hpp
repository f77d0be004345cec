#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "terraform_shim/provider/resources/resource.hpp"
#include "terraform_shim/provider/schema/schema.hpp"

// VMs as Terraform sees them, declared and told once for resources and data sources.

namespace nocloud::terraform {

/// The state of a VM whose making or removal was broken off.
inline constexpr const char* incomplete_state = "incomplete";

/// What nobody but the VM can tell: id, uuid, mac, addresses, …
std::vector<Attribute> found_attributes();
/// What a user may say of a VM, here as what was found of it.
std::vector<Attribute> described_attributes();
/// Type of an object with all of these.
Value vm_object_type();

/// Values of all found and described attributes.
Value vm_values(const LocatedVm& located, const SshAccess& access);

/// The caller's VM of this name, in whatever state; nothing if it is another's or gone.
std::optional<LocatedVm> own_vm(const Session& session, const VmName& name);
/// The VM is up, but does not run: whoever paused it had a reason, and its memory is not to be lost.
Error is_paused(std::string_view name);
/// The same for a plan, which `terraform destroy` makes, too, and must not fail.
Diagnostic warning_of_paused(std::string_view name);
/// Throws that if one of them, which are to be stopped for a change, is paused.
void refuse_paused(const std::vector<Vm>& stopped);
/// Adds to a plan that makes VMs in the group that `attribute` names if the group is another owner's.
void check_group(const Session& session, Plan& plan, std::string_view attribute);
/// The caller's VMs of a group that `meant` picks, by name: a map of objects.
Value group_values(const Session& session, const GroupName& group,
                   const std::function<bool(const Vm&)>& meant);

}  // namespace nocloud::terraform
