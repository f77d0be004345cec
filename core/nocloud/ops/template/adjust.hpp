#pragma once

#include <optional>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// What a VM or a template is to have; what is left out stays.
struct Adjustment {
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// Of its first disk, which can only grow.
  std::optional<DiskSize> disk = std::nullopt;
};

/// Changes a VM that is down, from its next start on; says whether there was anything to change. Throws
/// Error{not_found}; Error{conflict} if it is up or another's; Error{invalid_input} for a smaller disk;
/// Error{unavailable} for more memory or CPUs than the host has.
bool adjust_vm(const Context& context, const VmName& name, const OwnerFilter& owner,
               const Adjustment& adjustment);

/// Changes what the template's VMs get unless they say otherwise, from now on: its image stays as it is, and
/// a new VM's disk is grown. Throws as adjust_vm does.
bool adjust_template(const Context& context, const TemplateName& name, const Adjustment& adjustment);

}  // namespace nocloud
