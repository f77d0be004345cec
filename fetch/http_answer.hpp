#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nocloud/base/error.hpp"

// What the answer of an HTTP server means (RFC 9110). Pure; all of it is the server's, and not to be trusted.

namespace nocloud {

/// What has failed, and whether it may go better in a moment.
struct Setback {
  Error error;
  bool passes = false;
};

/// The meaning of a status that is no success.
Setback setback_of_status(long status);

/// Which part of a file an answer brings: of "bytes 100-199/200" 100 and 200.
struct ContentRange {
  std::uint64_t first = 0;
  /// Of the whole file; nothing if the server does not know.
  std::optional<std::uint64_t> total = std::nullopt;
};
/// Nothing if the text is no range of bytes.
std::optional<ContentRange> content_range(std::string_view text);

/// What `If-Range` can ask for again: the entity tag, else the time of the last change; empty where neither
/// promises the same bytes.
std::string version_of(std::string_view entity_tag, std::string_view last_modified);

}  // namespace nocloud
