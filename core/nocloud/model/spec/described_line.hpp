#pragma once

#include <string>
#include <vector>

#include "nocloud/model/spec/description.hpp"
#include "nocloud/model/spec/name_sequence.hpp"

namespace nocloud {

/// VMs of one kind, as a description has them in one line.
struct DescribedLine {
  TemplateName template_name;
  TypeName type;
  VmCount count = VmCount::of(1);
  /// What their names begin with; empty for names that follow from what they are.
  std::string stem = {};
  VmShape shape = {};
};

/// Adds the line's VMs to those before it. Throws Error{invalid_input} for a stem that makes no names, and
/// for more VMs than one description may have.
void add_line(std::vector<DescribedVm>& vms, const DescribedLine& line, const GroupName& group,
              NameSequence& names);

}  // namespace nocloud
