#include "nocloud/base/error.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace nocloud {

Error Error::during(std::string_view step) const {
  return {kind_, fmt::format("{}: {}", step, message_), hint_};
}

Error system_error(std::string_view what, ErrorKind kind) {
  return {kind, fmt::format("{}: {}", what, std::generic_category().message(errno))};
}

}  // namespace nocloud
