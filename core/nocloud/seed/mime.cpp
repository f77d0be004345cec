#include "nocloud/seed/mime.hpp"

#include <fmt/format.h>

namespace nocloud {

std::string mime_message(const std::vector<MimePart>& parts, std::string_view boundary) {
  auto message =
      fmt::format("Content-Type: multipart/mixed; boundary=\"{}\"\nMIME-Version: 1.0\n\n", boundary);
  for (const auto& part : parts) {
    message += fmt::format("--{}\n", boundary);
    for (const auto& header : part.headers) message += header + '\n';
    if (!part.headers.empty()) message += '\n';
    message += part.content;
    if (!part.content.ends_with('\n')) message += '\n';
  }
  return message + fmt::format("--{}--\n", boundary);
}

}  // namespace nocloud
