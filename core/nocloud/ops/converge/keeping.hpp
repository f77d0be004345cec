#pragma once

#include <set>
#include <string>
#include <string_view>

namespace nocloud {

/// What a run that keeps a state of its own, as Terraform does, says of the things it works on. It takes what
/// it knows by UUID and what it makes itself; whatever else has a name that it wants is a conflict.
struct Keeping {
  /// The random id of the run. What it makes is recorded as unconfirmed by it.
  std::string run;
  /// UUIDs of things that are there.
  std::set<std::string> known = {};
};

/// Throws Error{conflict} if the run does not know what is there by this UUID; `thing` is "VM 'web00'".
void check_known(const Keeping& keeping, const std::string& uuid, std::string_view thing);

}  // namespace nocloud
