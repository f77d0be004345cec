#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// The word as a POSIX shell reads it back, in single quotes where it needs them.
std::string shell_word(std::string_view word);

}  // namespace nocloud
