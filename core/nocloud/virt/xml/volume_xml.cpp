#include "nocloud/virt/xml/volume_xml.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

void append_target(pugi::xml_node volume, NewVolume::Format format, const char* mode) {
  auto target = volume.append_child("target");
  const bool qcow2 = format == NewVolume::Format::qcow2;
  append_with(target, "format", "type", qcow2 ? "qcow2" : "raw");
  append_text(target.append_child("permissions"), "mode", mode);
  // Left alone, libvirt makes the format of 2009.
  if (qcow2) append_text(target, "compat", "1.1");
}

void append_capacity(pugi::xml_node volume, std::uint64_t bytes) {
  set_attribute(append_text(volume, "capacity", std::to_string(bytes)), "unit", "bytes");
}

constexpr const char* private_mode = "0600";

const char* mode_of(NewVolume::Access access, DaemonUser user) {
  if (access == NewVolume::Access::owner_only) return private_mode;
  // Root may fill a file that nobody may write; others may not.
  return user == DaemonUser::root ? "0444" : "0644";
}

}  // namespace

std::string pool_xml(const std::string& name, const std::string& path) {
  pugi::xml_document document;
  auto pool = append_with(document.root(), "pool", "type", "dir");
  append_text(pool, "name", name);
  append_text(pool.append_child("target"), "path", one_line(path, "the storage pool's folder"));
  return xml_text(document);
}

std::string pool_path_from_xml(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a storage pool");
  const auto pool = document.child("pool");
  std::string path = pool.child("target").child_value("path");
  const std::string_view type = pool.attribute("type").value();
  // A pool of files: volumes of other kinds have no path to put a console log beside.
  if ((type == "dir" || type == "fs" || type == "netfs") && path.starts_with('/')) return path;
  const std::string_view name = pool.child_value("name");
  throw Error(
      ErrorKind::failed, fmt::format("the storage pool {} is no folder", cited(name)),
      fmt::format(
          "nocloud keeps its disks in a pool of that name and of type dir: rename the one that is there, "
          "or remove it with `virsh pool-destroy` and `virsh pool-undefine`."));
}

std::string volume_xml(const NewVolume& volume, DaemonUser user) {
  pugi::xml_document document;
  auto node = document.append_child("volume");
  append_text(node, "name", volume.name.str());
  append_capacity(node, volume.capacity_bytes);
  append_text(node, "allocation", "0");
  append_target(node, volume.format, mode_of(volume.access, user));
  return xml_text(document);
}

std::string overlay_xml(const VolumeName& name, const std::string& base_path,
                        std::optional<std::uint64_t> capacity) {
  pugi::xml_document document;
  auto node = document.append_child("volume");
  append_text(node, "name", name.str());
  if (capacity) append_capacity(node, *capacity);
  append_target(node, NewVolume::Format::qcow2, private_mode);
  auto backing = node.append_child("backingStore");
  append_text(backing, "path", base_path);
  append_with(backing, "format", "type", "qcow2");
  return xml_text(document);
}

std::optional<std::string> backing_path(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a volume");
  const auto path = document.child("volume").child("backingStore").child("path");
  return path.empty() ? std::nullopt : std::optional<std::string>(path.child_value());
}

}  // namespace nocloud
