#include "nocloud/image/catalogue/recipes.hpp"

#include <algorithm>
#include <system_error>

#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {

namespace fs = std::filesystem;

fs::path builder_of(std::string_view recipe, const fs::path& data) {
  return data / "recipes" / recipe / "build";
}

bool is_recipe(std::string_view name, const fs::path& data) {
  // A name by the rule of templates can't lead out of the folder.
  try {
    TemplateName::parse(name);
  } catch (const Error&) {
    return false;
  }
  return ::access(builder_of(name, data).c_str(), X_OK) == 0;
}

std::vector<std::string> recipes(const fs::path& data) {
  std::vector<std::string> names;
  std::error_code ignored;  // no folder, no recipes
  for (const auto& entry : fs::directory_iterator(data / "recipes", ignored)) {
    auto name = entry.path().filename().string();
    if (is_recipe(name, data)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace nocloud
