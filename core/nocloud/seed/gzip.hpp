#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nocloud {

bool is_gzip(std::string_view bytes);

/// What the compressed bytes hold. Throws Error{invalid_input} if they are broken or hold more than `limit`
/// bytes.
std::string gunzip(std::string_view bytes, std::size_t limit);

}  // namespace nocloud
