#pragma once

#include <string_view>

#include "nocloud/seed/mime.hpp"

namespace nocloud {

/// The most that a user's own user-data may have, unpacked.
inline constexpr std::size_t user_data_limit = std::size_t{512} << 10U;

/// The user's own user-data as a part that cloud-init treats as if it stood alone: by its first line, as a
/// MIME message of its own, or, compressed, as what is inside. Throws Error{invalid_input} if cloud-init
/// would ignore or refuse it.
MimePart user_part(std::string_view user_data);

}  // namespace nocloud
