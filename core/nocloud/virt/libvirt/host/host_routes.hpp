#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "nocloud/model/ipv4.hpp"

namespace nocloud {

/// Where Linux shows its IPv4 routes, and more than it ever shows there.
inline constexpr const char* route_table_path = "/proc/net/route";
inline constexpr std::size_t largest_route_table = std::size_t{4} << 20U;

/// The subnets to which a table of that form has routes; those to everywhere, or half of it, left out. A
/// route to a single host is given as the /30 around it.
std::vector<Ipv4Subnet> subnets_of_routes(std::string_view table);

}  // namespace nocloud
