#pragma once

#include <string>
#include <string_view>

#include <pugixml.hpp>

namespace nocloud {

/// Throws Error{invalid_input} "WHAT is not well-formed XML: …".
pugi::xml_document parsed_xml(std::string_view text, std::string_view what);

std::string xml_text(const pugi::xml_document& document);
/// The element alone, without space that means nothing.
std::string element_text(pugi::xml_node element);

/// The text itself if it is one line that XML can carry. Throws Error{invalid_input} that names `what` and
/// cites it.
const std::string& one_line(const std::string& text, std::string_view what);

/// A new child `<name>text</name>`.
pugi::xml_node append_text(pugi::xml_node parent, const char* name, const std::string& text);

/// A new child with one attribute.
pugi::xml_node append_with(pugi::xml_node parent, const char* name, const char* attribute,
                           const std::string& value);

void set_attribute(pugi::xml_node node, const char* name, const std::string& value);

/// The namespace URI of an element, as the declarations on it and around it say; empty if it is in none.
std::string_view namespace_of(pugi::xml_node node);

/// The element's name without a prefix.
std::string_view local_name(pugi::xml_node node);

}  // namespace nocloud
