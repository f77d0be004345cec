#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// What nocloud-external prints for its command line, as for `--help`; nothing if it is to answer a query.
/// Throws Error{usage} for other arguments.
std::optional<std::string> page_for(const std::vector<std::string_view>& arguments, std::string_view version);

}  // namespace nocloud
