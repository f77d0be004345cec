#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace nocloud {

/// Where something that a host has said is kept while it holds: in the caller's runtime folder.
std::filesystem::path known_file(const std::filesystem::path& runtime_folder, const std::string& uri,
                                 std::string_view what);

/// Removes all of a host's: of a VM that is gone nothing is to be left.
void forget_known(const std::filesystem::path& runtime_folder, const std::string& uri);

}  // namespace nocloud
