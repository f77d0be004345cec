#pragma once

#include <map>
#include <string>
#include <vector>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// The lines that stand for VMs, by group and type.
using VmTree = std::map<GroupName, std::map<TypeName, std::vector<std::string>>>;

/// Groups with their types, and those with their VMs, drawn as `tree` does.
std::string tree_text(const VmTree& tree);

}  // namespace nocloud
