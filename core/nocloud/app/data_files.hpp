#pragma once

#include <filesystem>

namespace nocloud {

/// nocloud's own data, such as the recipes of guest images: ../share/nocloud, seen from the running program.
std::filesystem::path data_folder();

/// The same for a program that others have copied elsewhere: beside the `vmtemplate` that is found.
std::filesystem::path installed_data_folder();

}  // namespace nocloud
