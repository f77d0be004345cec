#pragma once

#include <string_view>

#include "nocloud/seed/cloud_config.hpp"
#include "nocloud/seed/mime.hpp"

namespace nocloud {

/// The most that a user's own user-data may have, unpacked.
inline constexpr std::size_t user_data_limit = std::size_t{512} << 10U;

/// Says what user-data does at the end of the first boot, as far as that can be read: not in a script, a
/// template or a MIME message. Empty user-data is none. Throws Error{invalid_input} if cloud-init would
/// ignore or refuse it, or if it takes our login away.
PowerState power_state_of(std::string_view user_data);

/// The user's own user-data as a part that cloud-init treats as if it stood alone: by its first line, as a
/// MIME message of its own, or, compressed, as what is inside. Throws as power_state_of does.
MimePart user_part(std::string_view user_data);

}  // namespace nocloud
