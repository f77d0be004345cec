#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nocloud {

/// How far something is, in at most `columns` characters:
/// "debian13 [#######             ]  35 %  98 of 280 MB"; without a total "debian13  98 MB".
std::string progress_line(std::string_view subject, std::uint64_t done, std::uint64_t total,
                          std::size_t columns);

/// What something is at, in at most `columns` bytes of whole characters: "debian13: Installing the kernel".
std::string status_line(std::string_view subject, std::string_view what, std::size_t columns);

}  // namespace nocloud
