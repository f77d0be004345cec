#pragma once

#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey.hpp"

namespace nocloud {

/// What Ansible's SSH needs of us beside the VM.
struct AnsibleAccess {
  std::filesystem::path known_hosts;
  std::filesystem::path identity;
};

/// The variables of one host. Text that a guest, a file or another program could have chosen is marked
/// unsafe, so that Ansible never takes it for a template.
nlohmann::json host_variables(const LocatedVm& vm, const AnsibleAccess& access);

/// Ansible's inventory: a group per group, per group and type, and per template, and `_meta.hostvars`.
nlohmann::json inventory_json(const std::vector<LocatedVm>& vms, const AnsibleAccess& access);

}  // namespace nocloud
