#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/ops/ssh_client.hpp"
#include "nocloud/ops/survey.hpp"

namespace nocloud {

/// The variables of one host. Text that a guest, a file or another program could have chosen is marked
/// unsafe, so that Ansible never takes it for a template.
nlohmann::json host_variables(const LocatedVm& vm, const SshAccess& access);

/// Ansible's inventory: a group per group, per group and type, and per template, and `_meta.hostvars`.
nlohmann::json inventory_json(const std::vector<LocatedVm>& vms, const SshAccess& access);

}  // namespace nocloud
