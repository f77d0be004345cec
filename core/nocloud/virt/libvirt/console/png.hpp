#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// A picture as PNG: of a PPM (P6, 8 bits a colour), or as it is if it is PNG already. Throws Error{failed}
/// if it is neither, or not whole.
std::string png_from(std::string_view picture);

}  // namespace nocloud
