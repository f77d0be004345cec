#include "nocloud/ops/converge/difference.hpp"

namespace nocloud {

std::vector<std::string> texts_of(const std::vector<Difference>& differences, Difference::Takes takes) {
  std::vector<std::string> texts;
  for (const auto& difference : differences) {
    if (difference.takes == takes) texts.push_back(difference.text);
  }
  return texts;
}

std::vector<std::string> texts_of(const std::vector<Difference>& differences) {
  std::vector<std::string> texts;
  texts.reserve(differences.size());
  for (const auto& difference : differences) texts.push_back(difference.text);
  return texts;
}

}  // namespace nocloud
