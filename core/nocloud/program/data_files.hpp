#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace nocloud {

/// nocloud's own data, such as the recipes of guest images: ../share/nocloud, seen from the running program.
std::filesystem::path data_folder();

/// The same for a program that others have copied elsewhere: beside the `vmtemplate` that is found.
std::filesystem::path installed_data_folder();

/// The tool of that name that belongs to the running one: ../bin/NAME.
std::filesystem::path sibling_tool(std::string_view name);

/// A program of nocloud's that only its other programs call: ../libexec/nocloud/NAME, seen from the running
/// program or from the `vmtemplate` that is found. Nothing if neither has it.
std::optional<std::filesystem::path> own_program(std::string_view name);

}  // namespace nocloud
