#include "nocloud/image/catalogue/obtainable.hpp"

#include "nocloud/image/catalogue/recipes.hpp"

namespace nocloud {

std::vector<std::string> buildable(const std::filesystem::path& data) {
  return recipes(data);
}

std::vector<std::string> obtainable(const std::filesystem::path& data, const Catalogue& catalogue) {
  auto names = recipes(data);
  for (const auto& [name, image] : catalogue) names.push_back(name.str());
  return names;
}

}  // namespace nocloud
