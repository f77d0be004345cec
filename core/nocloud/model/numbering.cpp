#include "nocloud/model/numbering.hpp"

#include <algorithm>

namespace nocloud {

VmName numbered_vm(std::string_view stem, unsigned number) {
  return VmName::parse(fmt::format("{}{:02}", stem, number));
}

std::string with_normal_number(std::string_view word) {
  const auto last_other = word.find_last_not_of("0123456789");
  const auto stem = word.substr(0, last_other == std::string_view::npos ? 0 : last_other + 1);
  auto digits = word.substr(stem.size());
  if (digits.empty()) return std::string(word);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return fmt::format("{}{:0>2}", stem, digits);
}

}  // namespace nocloud
