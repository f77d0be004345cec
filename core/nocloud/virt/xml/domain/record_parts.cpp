#include "nocloud/virt/xml/domain/record_parts.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/domain/domain_record.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {

std::vector<pugi::xml_node> parts(pugi::xml_node record, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (const auto node : record.children()) {
    if (local_name(node) == name) found.push_back(node);
  }
  return found;
}

pugi::xml_node part_or_nothing(pugi::xml_node record, std::string_view name) {
  const auto found = parts(record, name);
  return found.empty() ? pugi::xml_node() : found.front();
}

pugi::xml_node part(pugi::xml_node record, std::string_view name) {
  if (const auto found = part_or_nothing(record, name)) return found;
  throw Error(ErrorKind::invalid_input, fmt::format("it has no <{}>", name));
}

std::string attribute(pugi::xml_node node, const char* name) {
  const auto found = node.attribute(name);
  if (!found) throw Error(ErrorKind::invalid_input, fmt::format("<{}> has no {}", node.name(), name));
  return one_line(found.value(), name);
}

std::string attribute_or_nothing(pugi::xml_node node, const char* name) {
  return one_line(node.attribute(name).value(), name);
}

bool is_yes(std::string_view word, std::string_view what) {
  if (word == "yes" || word == "no") return word == "yes";
  throw Error(ErrorKind::invalid_input, fmt::format("{} must be yes or no, not {}", what, cited(word)));
}

}  // namespace nocloud
