#include "nocloud/base/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace nocloud {

Error Error::during(std::string_view step) const {
  return {kind_, fmt::format("{}: {}", step, message_), hint_};
}

Error system_error(std::string_view what, ErrorKind kind) {
  const int number = errno;
  auto message = fmt::format("{}: {}", what, std::generic_category().message(number));
  if (number == ENOSPC || number == EDQUOT)
    return {ErrorKind::unavailable, std::move(message), "Make room there."};
  return {kind, std::move(message)};
}

}  // namespace nocloud
