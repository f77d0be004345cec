#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// The answer to `data "external"`: always the same keys, and every value a string. Where several VMs are
/// meant, or none is there, what would speak of one is empty; `vms_json` has them all, `inventory_json` is
/// Ansible's inventory of them.
nlohmann::json external_answer(const std::vector<LocatedVm>& vms, const SshAccess& access);

}  // namespace nocloud
