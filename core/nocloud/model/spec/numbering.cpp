#include "nocloud/model/spec/numbering.hpp"

#include <algorithm>

namespace nocloud {

VmName numbered_vm(std::string_view stem, unsigned number) {
  return VmName::parse(fmt::format("{}{:02}", stem, number));
}

std::string normal_number(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return fmt::format("{:0>2}", digits);
}

}  // namespace nocloud
