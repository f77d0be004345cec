#pragma once

#include <stop_token>
#include <string_view>

#include "nocloud/base/byte_stream.hpp"
#include "nocloud/image/local_file.hpp"

namespace nocloud {

/// Throws Error{invalid_input}: a packed file cannot be unpacked, and why.
[[noreturn]] void refuse_packed(std::string_view why);

/// What a gzip file holds, piece by piece; members in a row are one content (RFC 1952, 2.2). Throws
/// Error{invalid_input} if it is cut short or does not fit its own checksums, Error{interrupted}, and what
/// `sink` throws.
void gunzip(const LocalFile& packed, const ByteSink& sink, const std::stop_token& stop);

}  // namespace nocloud
