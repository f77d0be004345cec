#include "nocloud/virt/xml/domain/domain_screen.hpp"

#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

pugi::xml_node graphics_in(const pugi::xml_document& document) {
  return document.child("domain").child("devices").find_child_by_attribute("graphics", "type", "vnc");
}

}  // namespace

void append_screen(pugi::xml_node devices, Installation::Screen screen) {
  if (screen == Installation::Screen::none) return;
  auto graphics = append_with(devices, "graphics", "type", "vnc");
  if (screen == Installation::Screen::socket) {
    append_with(graphics, "listen", "type", "socket");
  } else {
    set_attribute(graphics, "autoport", "yes");
    set_attribute(graphics, "passwd", "");  // lets nobody in
    set_attribute(append_with(graphics, "listen", "type", "address"), "address", "127.0.0.1");
  }
  append_with(devices.append_child("video"), "model", "type", "vga");
}

bool has_screen(std::string_view domain_xml) {
  const auto document = parsed_xml(domain_xml, "what libvirt says of a domain");
  return static_cast<bool>(graphics_in(document));
}

std::optional<ScreenPlace> screen_place_in(std::string_view domain_xml) {
  const auto document = parsed_xml(domain_xml, "what libvirt says of a domain");
  const auto graphics = graphics_in(document);
  if (!graphics) return std::nullopt;
  ScreenPlace place{.socket = graphics.attribute("socket").value()};
  if (place.socket.empty()) place.socket = graphics.child("listen").attribute("socket").value();
  if (!place.socket.empty()) return place;
  place.port = parse_number<std::uint16_t>(graphics.attribute("port").value()).value_or(0);
  if (place.port == 0) return std::nullopt;
  return place;
}

std::string screen_xml_with(std::string_view domain_xml, const std::string& password) {
  const auto document = parsed_xml(domain_xml, "what libvirt says of a domain");
  pugi::xml_document element;
  auto graphics = element.append_copy(graphics_in(document));
  graphics.remove_attribute("passwd");
  set_attribute(graphics, "passwd", password);
  return xml_text(element);
}

}  // namespace nocloud
