#pragma once

#include <filesystem>

namespace nocloud {

/// nocloud's own data, such as the recipes of guest images: ../share/nocloud, seen from the running program.
std::filesystem::path data_folder();

}  // namespace nocloud
