#pragma once

#include <string>
#include <string_view>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// The stem with a number of at least two digits: web, 0 → web00. Throws Error{invalid_input} if that is no
/// VM name.
VmName numbered_vm(std::string_view stem, unsigned number);

/// Digits as a VM's name has them, at least two and no more than it takes: 4 → 04, 003 → 03.
std::string normal_number(std::string_view digits);

}  // namespace nocloud
