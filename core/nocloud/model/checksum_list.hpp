#pragma once

#include <string>
#include <string_view>

#include "nocloud/model/checksum.hpp"

namespace nocloud {

/// The largest list that is read: 1 MiB. Published ones have some kilobytes.
inline constexpr std::size_t checksum_list_limit = std::size_t{1} << 20U;

/// What the file of that name has to add up to, by a list of checksums as sha256sum, sha512sum ("HEX  NAME")
/// or BSD's tools ("SHA256 (NAME) = HEX") write it, within a signed message or not; the longest if there are
/// several. Lines of any other kind are passed over. Throws Error{not_found} if the list does not name the
/// file; Error{invalid_input} if it contradicts itself or is larger than the limit.
Checksum listed_checksum(std::string_view list, std::string_view file);

}  // namespace nocloud
