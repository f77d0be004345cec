#pragma once

#include <cstdint>
#include <stop_token>

#include "nocloud/image/local_file.hpp"

namespace nocloud {

/// The size that the file must have at least to hold all that a qcow2 image's tables speak of: QEMU reads
/// zeros beyond the end of a file and does not complain. For images whose header and structure were checked.
/// Throws Error{invalid_input} if the tables themselves lie beyond the end, Error{interrupted} when asked to
/// stop.
std::uint64_t qcow2_content_end(const LocalFile& file, const std::stop_token& stop);

}  // namespace nocloud
