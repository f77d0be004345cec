#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

// Reads elements and attributes of a record. All throw Error{invalid_input} for what is missing or no text of
// one line.

namespace nocloud {

/// A record's children of this name. Whether they carry a prefix is for libvirt to say: it adds one when a
/// record is changed.
std::vector<pugi::xml_node> parts(pugi::xml_node record, std::string_view name);
pugi::xml_node part(pugi::xml_node record, std::string_view name);
/// Null if there is none.
pugi::xml_node part_or_nothing(pugi::xml_node record, std::string_view name);

std::string attribute(pugi::xml_node node, const char* name);
/// Empty if there is none.
std::string attribute_or_nothing(pugi::xml_node node, const char* name);

/// `what` names the word in the error. Any other word comes from a newer release, or from nobody.
bool is_yes(std::string_view word, std::string_view what);

}  // namespace nocloud
