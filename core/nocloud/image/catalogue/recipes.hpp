#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// The program that builds by a recipe: `data`/recipes/NAME/build.
std::filesystem::path builder_of(std::string_view recipe, const std::filesystem::path& data);

bool is_recipe(std::string_view name, const std::filesystem::path& data);

/// The names of what can be built, sorted: every folder below `data`/recipes with a program `build`.
std::vector<std::string> recipes(const std::filesystem::path& data);

}  // namespace nocloud
