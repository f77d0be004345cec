#pragma once

#include <string>
#include <string_view>

#include "nocloud/model/source/checksum.hpp"

namespace nocloud {

/// The largest list that is read: 1 MiB. Published ones have some kilobytes.
inline constexpr std::size_t checksum_list_limit = std::size_t{1} << 20U;

/// A file as a list of checksums names it.
struct ListedFile {
  std::string name;
  /// What it has to add up to.
  Checksum checksum;
};

/// The file of that name, by a list of checksums as sha256sum, sha512sum ("HEX  NAME") or BSD's tools
/// ("SHA256 (NAME) = HEX") write it, within a signed message or not; with the longest checksum if there are
/// several. One `*` in the name stands for letters, digits and any of "._+~-", and exactly one name of the
/// list has to fit. Lines of any other kind are passed over. Throws Error{not_found} if the list does not
/// name the file; Error{invalid_input} if it contradicts itself or is larger than the limit.
ListedFile listed_file(std::string_view list, std::string_view name);

}  // namespace nocloud
