#include "nocloud/model/package.hpp"

#include <algorithm>
#include <cctype>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t longest_package_name = 100;

bool is_alphanumeric(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0;
}

}  // namespace

void PackageNameRule::check(std::string_view text) {
  const bool fits =
      !text.empty() && text.size() <= longest_package_name && is_alphanumeric(text.front()) &&
      text.back() != '-' && std::ranges::all_of(text, [](char letter) {
        return is_alphanumeric(letter) || std::string_view("+._-").find(letter) != std::string_view::npos;
      });
  if (fits) return;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no name of a package", cited(text)),
              "Names are separated by commas alone, and have no version: vim,g++.");
}

std::vector<PackageName> parse_packages(std::string_view text) {
  std::vector<PackageName> names;
  for (const auto name : split(text, ',')) names.push_back(PackageName::parse(name));
  return names;
}

}  // namespace nocloud
