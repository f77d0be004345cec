#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nocloud/image/catalogue/catalogue.hpp"

namespace nocloud {

/// The recipes there are, sorted.
std::vector<std::string> buildable(const std::filesystem::path& data);

/// The names of all that can be built or downloaded.
std::vector<std::string> obtainable(const std::filesystem::path& data, const Catalogue& catalogue);

}  // namespace nocloud
