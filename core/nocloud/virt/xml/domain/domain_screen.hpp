#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "nocloud/virt/hypervisor.hpp"

// The screen of a domain, which only those have that a person installs a system on.

namespace nocloud {

/// Closed to everybody until a password is set, where it is on a port.
void append_screen(pugi::xml_node devices, Installation::Screen screen);

bool has_screen(std::string_view domain_xml);

/// Where a running domain's screen is; nothing if it has none.
std::optional<ScreenPlace> screen_place_in(std::string_view domain_xml);

/// The screen's element of a running domain, with a password in it.
std::string screen_xml_with(std::string_view domain_xml, const std::string& password);

}  // namespace nocloud
