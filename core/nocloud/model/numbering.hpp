#pragma once

#include <string_view>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// The stem with a number of at least two digits: web, 0 → web00. Throws Error{invalid_input} if that is no
/// VM name.
VmName numbered_vm(std::string_view stem, unsigned number);

/// The word with the number at its end in at least two digits and no more than it takes: vnode4 → vnode04,
/// 003 → 03; one that ends with no number stays as it is.
std::string with_normal_number(std::string_view word);

}  // namespace nocloud
