#include "nocloud/virt/xml/unknown_metadata.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

struct KnownElement {
  std::string_view name;
  std::vector<std::string_view> attributes;
};

/// All that this release writes into records, of VMs and of templates.
const std::vector<KnownElement>& known_elements() {
  static const std::vector<KnownElement> elements{
      {"vm", {"complete", "name", "group", "type", "template", "unconfirmed", "version"}},
      {"template", {"complete", "unconfirmed", "version"}},
      {"owner", {"user", "host", "uid", "machine", "place"}},
      {"guest", {"user", "init", "host-key", "user-data-sha256"}},
      {"base", {"volume"}},
      {"incoming", {"volume"}},
      {"disk", {"gib"}},
      {"boot", {"kernel", "initrd", "command-line"}},
      {"origin", {"url", "checksum"}},
      {"nic", {"network", "mac", "port", "address", "meeting"}},
      {"installation", {"medium", "seed", "screen"}}};
  return elements;
}

const KnownElement* known(std::string_view name) {
  const auto found = std::ranges::find(known_elements(), name, &KnownElement::name);
  return found == known_elements().end() ? nullptr : &*found;
}

/// Whether two elements of one name tell of the same thing: NICs go by their MAC, others by their order.
bool same_thing(pugi::xml_node one, pugi::xml_node other) {
  return one.attribute("mac").value() == std::string_view(other.attribute("mac").value());
}

/// The element of `record` that tells of what `present` tells, the `ordinal`-th of its name.
pugi::xml_node counterpart(pugi::xml_node record, pugi::xml_node present, std::size_t ordinal) {
  for (const auto node : record.children()) {
    if (local_name(node) != local_name(present)) continue;
    if (local_name(present) == "nic" ? same_thing(node, present) : ordinal-- == 0) return node;
  }
  return {};
}

void copy_attributes(pugi::xml_node element, pugi::xml_node present, const KnownElement& knowledge) {
  for (const auto attribute : present.attributes()) {
    const bool ours = std::ranges::find(knowledge.attributes, attribute.name()) != knowledge.attributes.end();
    if (!ours && !element.attribute(attribute.name())) element.append_copy(attribute);
  }
}

std::set<std::string> names_in(pugi::xml_node element) {
  std::set<std::string> names;
  for (const auto node : element.children()) names.insert(node.name());
  return names;
}

/// Adds what `present` has that this release does not know. What is gone takes its own with it.
void copy_unknown(pugi::xml_node element, pugi::xml_node present) {
  const auto there = names_in(element);
  copy_attributes(element, present, *known(local_name(present)));
  std::vector<std::string_view> seen;
  for (const auto node : present.children()) {
    const auto name = local_name(node);
    const auto ordinal = static_cast<std::size_t>(std::ranges::count(seen, name));
    seen.push_back(name);
    if (node.type() != pugi::node_element) continue;
    if (known(name) == nullptr) {
      if (!there.contains(node.name())) element.append_copy(node);
    } else if (const auto ours = counterpart(element, node, ordinal)) {
      copy_unknown(ours, node);
    }
  }
}

}  // namespace

std::string with_unknown_metadata(std::string_view domain_xml, std::string_view present) {
  auto document = parsed_xml(domain_xml, "the new domain");
  const auto before = parsed_xml(present, "what libvirt says of a domain");
  auto metadata = document.child("domain").child("metadata");
  const auto record = metadata.first_child();
  const auto there = names_in(metadata);
  for (const auto node : before.child("domain").child("metadata").children()) {
    if (namespace_of(node) == namespace_of(record)) {
      copy_unknown(record, node);
    } else if (!there.contains(node.name())) {
      metadata.append_copy(node);
    }
  }
  return xml_text(document);
}

}  // namespace nocloud
