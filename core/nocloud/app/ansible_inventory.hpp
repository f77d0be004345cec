#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {

/// The variables of one host. Text that a guest, a file or another program could have chosen is marked
/// unsafe, so that Ansible never takes it for a template.
nlohmann::json host_variables(const LocatedSummary& vm, const SshAccess& access);

/// What hosts are called.
enum class HostNaming {
  name,
  /// By the guest's own address; where it has none that is known (as on user-mode networks), by name.
  address,
};
/// "name" or "address". Throws Error{invalid_input}.
HostNaming host_naming_from(std::string_view word);
std::string host_name_of(const LocatedSummary& located, HostNaming naming);

/// Ansible's inventory: a group per group, per group and type, and per template, and `_meta.hostvars`. How to
/// log in are defaults: variables of the templates' groups, which a user's group_vars override.
nlohmann::json inventory_json(const std::vector<LocatedSummary>& vms, const SshAccess& access,
                              HostNaming naming = HostNaming::name);

}  // namespace nocloud
