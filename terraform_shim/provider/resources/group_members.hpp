#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "terraform_shim/provider/resources/resource.hpp"

namespace nocloud::terraform {

/// The VMs of a group's state by name, as it knows them; null for one of which it has only the name.
using Members = std::map<std::string, Value>;

/// `things` are those of the state.
Members members_of(const Value& state, const std::vector<Thing>& things);
/// Throws Error{conflict} if the state has only the VM's name.
bool is_member(const Members& members, const Vm& vm);

/// The group's state after a failure, if nothing more can be found out: what it was before, and every VM that
/// is described may be one of this run's by now.
Value maybe_made(const Session& session, const Value& before, const std::set<std::string>& described);

}  // namespace nocloud::terraform
