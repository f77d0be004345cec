#include "nocloud/model/meeting_point.hpp"

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// 239.192.0.0/14 is for organisations' own use (RFC 2365).
constexpr std::uint32_t first_address = 239U << 24U | 192U << 16U;
/// Clear of the ports that Linux gives away.
constexpr std::uint16_t first_port = 10'000;

}  // namespace

MeetingPoint MeetingPoint::of_text(std::string_view text) {
  const auto digest = sha256(text);
  const std::uint32_t offset =
      std::uint32_t{digest[0] & 3U} << 16U | std::uint32_t{digest[1]} << 8U | std::uint32_t{digest[2]};
  const auto port = static_cast<std::uint16_t>(first_port + (digest[3] << 8U | digest[4]) % first_port);
  return {.address = Ipv4Address(first_address | offset), .port = port};
}

MeetingPoint MeetingPoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_number<std::uint16_t>(text.substr(colon + 1));
  const auto refused = [&] {
    return Error(ErrorKind::invalid_input, fmt::format("unknown meeting point {}", cited(text)),
                 "Write a multicast address of 239.192.0.0/14 and a port.");
  };
  if (!port || *port == 0) throw refused();
  const auto address = Ipv4Address::parse(text.substr(0, colon));
  if (address.number() >> 18U != first_address >> 18U) throw refused();
  return {.address = address, .port = *port};
}

std::string MeetingPoint::str() const {
  return fmt::format("{}:{}", address.str(), port);
}

}  // namespace nocloud
