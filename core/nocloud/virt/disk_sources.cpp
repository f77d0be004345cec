#include "nocloud/virt/disk_sources.hpp"

#include <fmt/format.h>

#include "nocloud/virt/xml_document.hpp"

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

}  // namespace

std::vector<DiskSource> disk_sources(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a domain");
  std::vector<DiskSource> found;
  for (const auto& match : document.select_nodes("//disk")) {
    const auto disk = match.node();
    add_sources(disk, disk.child("driver").attribute("type").value(), 0, found);
  }
  return found;
}

}  // namespace nocloud
