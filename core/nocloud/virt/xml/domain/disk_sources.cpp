#include "nocloud/virt/xml/domain/disk_sources.hpp"

#include <fmt/format.h>

#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

/// More layers than QEMU takes.
constexpr int most_layers = 200;

std::string path_in(pugi::xml_node source) {
  for (const char* attribute : {"file", "dev"}) {
    if (const auto path = source.attribute(attribute)) return path.value();
  }
  const auto protocol = source.attribute("protocol");
  return protocol ? fmt::format("{}:{}", protocol.value(), source.attribute("name").value()) : "";
}

/// `node` is a disk, or what lies below one or is to replace it.
void add_sources(pugi::xml_node node, std::string_view format, int depth, std::vector<DiskSource>& found) {
  if (depth == most_layers) return;
  const auto source = node.child("source");
  DiskSource disk{
      .path = path_in(source),
      .pool = source.attribute("pool").value(),
      .volume = source.attribute("volume").value(),
      .can_have_base = !format.empty() && format != "raw",  // libvirt takes raw where none is told
      .base_told = !node.child("backingStore").empty()};
  if (!disk.path.empty() || !disk.volume.empty()) found.push_back(std::move(disk));
  for (const char* layer : {"backingStore", "mirror"}) {
    const auto below = node.child(layer);
    if (below) add_sources(below, below.child("format").attribute("type").value(), depth + 1, found);
  }
}

/// Whether a path can begin at this slash: not within one, and not after a protocol, as in "nbd://".
bool begins_path(std::string_view argument, std::size_t slash) {
  if (slash == 0) return true;
  const auto before = argument.substr(0, slash);
  if (before.back() == ':') return before.ends_with("file:") || !argument.substr(slash).starts_with("//");
  return before.back() == '=' || before.back() == ',' || before.back() == '"';
}

/// The path that begins here, up to a single comma; in quotes, as in JSON, up to their end. Moves `at` behind
/// it.
std::string path_at(std::string_view argument, std::size_t& at) {
  const bool quoted = at > 0 && argument[at - 1] == '"';
  const char end = quoted ? '"' : ',';
  const char escape = quoted ? '\\' : ',';
  std::string path;
  for (; at < argument.size(); ++at) {
    const bool escaped =
        argument[at] == escape && at + 1 < argument.size() && (quoted || argument[at + 1] == ',');
    if (escaped) {
      ++at;
    } else if (argument[at] == end) {
      break;
    }
    path += argument[at];
  }
  return path;
}

void add_paths(std::string_view argument, std::vector<DiskSource>& found) {
  for (auto at = argument.find('/'); at < argument.size(); at = argument.find('/', at)) {
    if (begins_path(argument, at)) {
      found.push_back({.path = path_at(argument, at), .can_have_base = true, .from_argument = true});
    } else {
      ++at;
    }
  }
}

}  // namespace

std::vector<DiskSource> disk_sources(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a domain");
  std::vector<DiskSource> found;
  for (const auto& match : document.select_nodes("//disk")) {
    const auto disk = match.node();
    add_sources(disk, disk.child("driver").attribute("type").value(), 0, found);
  }
  for (const auto& match : document.select_nodes("//*[local-name()='commandline']/*[local-name()='arg']"))
    add_paths(match.node().attribute("value").value(), found);
  return found;
}

}  // namespace nocloud
