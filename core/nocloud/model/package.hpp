#pragma once

#include <vector>

#include "nocloud/model/name.hpp"

namespace nocloud {

struct PackageNameRule {
  static void check(std::string_view text);
};

/// A distribution's package: `[A-Za-z0-9][A-Za-z0-9+._-]*`, at most 100, and no hyphen at its end, by which
/// apt would take it for one to remove.
using PackageName = Name<PackageNameRule>;

/// "NAME[,NAME…]". Throws Error{invalid_input}.
std::vector<PackageName> parse_packages(std::string_view text);

}  // namespace nocloud
