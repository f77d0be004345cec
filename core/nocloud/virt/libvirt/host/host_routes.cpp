#include "nocloud/virt/libvirt/host/host_routes.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include <netinet/in.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// Linux prints the bytes of an address as one number of its own byte order.
std::optional<std::uint32_t> hex_address(std::string_view text) {
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data(), end, number, 16);
  if (text.size() != 8 || error != std::errc{} || parsed_to != end) return std::nullopt;
  return ntohl(number);
}

std::optional<Ipv4Subnet> subnet_of(const std::vector<std::string_view>& fields) {
  constexpr std::size_t destination_field = 1;
  constexpr std::size_t mask_field = 7;
  if (fields.size() <= mask_field) return std::nullopt;
  const auto destination = hex_address(trimmed(fields[destination_field]));
  const auto mask = hex_address(trimmed(fields[mask_field]));
  if (!destination || !mask) return std::nullopt;
  constexpr unsigned longest = 30;
  const auto prefix = std::min(static_cast<unsigned>(std::countl_one(*mask)), longest);
  const auto network = *destination & (~std::uint32_t{0} << (32U - longest));
  try {
    return Ipv4Subnet(Ipv4Address(network + 1), prefix);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<Ipv4Subnet> subnets_of_routes(std::string_view table) {
  std::vector<Ipv4Subnet> subnets;
  for (const auto line : split(table, '\n')) {
    if (const auto subnet = subnet_of(split(line, '\t'))) subnets.push_back(*subnet);
  }
  return subnets;
}

}  // namespace nocloud
