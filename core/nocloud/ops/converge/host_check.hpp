#pragma once

#include <map>
#include <optional>
#include <vector>

#include "nocloud/model/spec/description.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/ops/converge/instantiate.hpp"

namespace nocloud {

/// Throws Error{unavailable} if it is more than the host has.
void require_memory(const Context& context, Memory wanted);

/// Throws Error{unavailable} if the host's machines take fewer CPUs. Nothing for the virt type: the one that
/// VMs get by default. The host is asked only where many CPUs are wanted.
void require_cpus(const Context& context, CpuCount wanted, std::optional<VirtType> virt_type);

/// Looks whether new VMs can be made as the request says, as far as that can be known before anything is made
/// or removed, but for room. `templates` are those there are. Throws Error{not_found} for a template, its
/// files, a network or a bridge that is missing; Error{unavailable} for what the host does not have.
void check_host(const Context& context, const InstantiateRequest& request,
                const std::vector<DescribedVm>& made, const std::map<TemplateName, Template>& templates);

}  // namespace nocloud
