#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "terraform_shim/provider/resources/thing.hpp"

namespace nocloud::terraform {

/// UUIDs as one plan hands them on to the next.
std::string handed_on(const std::vector<Thing>& things);
/// Those UUIDs; none of a text that is none of ours.
std::set<std::string> uuids_handed_on(std::string_view text);

}  // namespace nocloud::terraform
