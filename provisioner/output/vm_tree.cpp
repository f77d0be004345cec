#include "provisioner/output/vm_tree.hpp"

#include <fmt/format.h>

namespace nocloud {
namespace {

/// What is drawn before an entry, and before what is below it.
struct Branch {
  std::string own;
  std::string below;
};

Branch branch_of(const std::string& indent, bool last) {
  return last ? Branch{indent + "└─ ", indent + "   "} : Branch{indent + "├─ ", indent + "│  "};
}

}  // namespace

std::string tree_text(const VmTree& tree) {
  std::string text;
  for (const auto& [group, types] : tree) {
    text += fmt::format("{}\n", group);
    std::size_t types_left = types.size();
    for (const auto& [type, vms] : types) {
      const auto branch = branch_of("", --types_left == 0);
      text += fmt::format("{}{}\n", branch.own, type);
      std::size_t vms_left = vms.size();
      for (const auto& vm : vms) text += branch_of(branch.below, --vms_left == 0).own + vm + "\n";
    }
  }
  return text;
}

}  // namespace nocloud
