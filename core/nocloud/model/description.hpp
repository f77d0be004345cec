#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/name.hpp"
#include "nocloud/model/quantity.hpp"

namespace nocloud {

/// What a VM is to be like where its user says so; what is left open comes from the template.
struct VmShape {
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// Further, empty disks beside the one that the template gives.
  std::vector<DiskSize> disks = {};

  bool operator==(const VmShape&) const = default;
};

/// One VM that a user asks for.
struct DescribedVm {
  VmName name;
  GroupName group;
  TypeName type;
  TemplateName template_name;
  VmShape shape = {};

  bool operator==(const DescribedVm&) const = default;
};

/// What a user asks for, with no name twice and no two things that would be one to Ansible.
struct Description {
  std::vector<DescribedVm> vms;
};

/// Throws Error{conflict} that names both sides if a name comes twice, if a GROUP_TYPE equals another pair's,
/// or if a group or GROUP_TYPE equals a VM's name (all as Ansible sees them).
void check_no_clash(const std::vector<DescribedVm>& vms);

}  // namespace nocloud
