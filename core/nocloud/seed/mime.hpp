#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// A part of a MIME multi-part: header lines, a blank line, content.
struct MimePart {
  std::vector<std::string> headers;
  std::string content;
};

/// A multipart/mixed message of these parts. `boundary` must occur in none of them.
std::string mime_message(const std::vector<MimePart>& parts, std::string_view boundary);

}  // namespace nocloud
