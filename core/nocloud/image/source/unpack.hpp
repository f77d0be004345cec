#pragma once

#include <filesystem>
#include <stop_token>

#include "nocloud/image/local_file.hpp"

namespace nocloud {

/// Writes what a gzip, xz or zstd file holds; runs of zeros take no room. Throws Error{invalid_input} if it
/// is broken, cut short or holds more than a TiB; Error{failed} if there is no room; Error{interrupted}.
void unpack(const LocalFile& packed, const std::filesystem::path& target, const std::stop_token& stop);

}  // namespace nocloud
