#pragma once

#include <vector>

#include "nocloud/ops/context.hpp"

namespace nocloud {

/// What of a VM never changes while it lives.
struct Member {
  VmName name;
  GroupName group;
  Owner owner;

  bool operator==(const Member&) const = default;
};

/// All VMs of the host, sorted by name, also incomplete ones. Of those that were met before, by their UUIDs,
/// the host is asked nothing but whether they are there: what they are is kept in the runtime folder.
std::vector<Member> roster(const Context& context);

}  // namespace nocloud
