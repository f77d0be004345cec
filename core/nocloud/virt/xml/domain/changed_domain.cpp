#include "nocloud/virt/xml/domain/changed_domain.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

constexpr const char* qemu_arguments = "qemu:commandline";

/// Those of which libvirt adds none by itself.
constexpr std::array device_kinds{"rng", "channel", "serial", "parallel", "graphics", "hostdev", "filesystem",
                                  "tpm", "sound",   "shmem",  "memory",   "vsock",    "crypto",  "redirdev"};

std::string text_of_all(pugi::xml_node domain, const std::string& name) {
  std::string text;
  for (const auto node : domain.children(name.c_str())) text += element_text(node);
  return text;
}

/// The element that decides about this one: libvirt adds <currentMemory> to <memory>.
std::string deciding(const std::string& name) {
  return name == "currentMemory" ? "memory" : name;
}

std::ptrdiff_t count_of(pugi::xml_node devices, const char* kind) {
  const auto all = devices.children(kind);
  return std::distance(all.begin(), all.end());
}

/// Of the NICs that nocloud records or describes.
std::set<std::string> macs_of(pugi::xml_node domain) {
  std::set<std::string> macs;
  for (const auto& found : domain.select_nodes(".//interface/mac/@address | .//*[local-name()='nic']/@mac"))
    macs.insert(found.attribute().value());
  return macs;
}

/// What would be lost with all devices of a domain, for messages; empty if nothing would.
std::string others_device(pugi::xml_node present, pugi::xml_node before) {
  const auto devices = present.child("devices");
  for (const auto* kind : device_kinds) {
    if (count_of(devices, kind) > count_of(before.child("devices"), kind)) return fmt::format("<{}>", kind);
  }
  const auto macs = macs_of(before);
  for (const auto interface : devices.children("interface")) {
    const std::string mac = interface.child("mac").attribute("address").value();
    if (!macs.contains(mac)) return fmt::format("<interface> with MAC {}", printable(mac));
  }
  return {};
}

/// As those that nocloud gives: a NIC, in two arguments.
bool is_of_nocloud(std::string_view argument) {
  return argument == "-netdev" || argument == "-device" ||
         argument.find("id=nocloud") != std::string_view::npos;
}

std::string others_argument(pugi::xml_node present) {
  for (const auto node : present.child(qemu_arguments).children()) {
    const std::string_view value = node.attribute("value").value();
    if (!is_of_nocloud(value)) return fmt::format("QEMU argument {}", cited(value));
  }
  return {};
}

void refuse_loss(pugi::xml_node present, const std::string& what) {
  if (what.empty()) return;
  const auto name = present.child_value("name");
  throw Error(ErrorKind::conflict,
              fmt::format("this change would take the {} from VM {}, which nocloud did not give it", what,
                          cited(name)),
              fmt::format("`virsh edit {}` takes it out; it can be put back afterwards.", printable(name)));
}

void replace(pugi::xml_node domain, const std::string& name, pugi::xml_node present) {
  while (domain.remove_child(name.c_str())) {
  }
  for (const auto node : present.children(name.c_str())) domain.append_copy(node);
}

/// Those that libvirt tells were found at some start.
void remove_layers(pugi::xml_node devices) {
  for (auto disk : devices.children("disk")) disk.remove_child("backingStore");
}

std::set<std::string> parts_of(pugi::xml_node domain) {
  std::set<std::string> names;
  for (const auto node : domain.children()) {
    if (node.type() == pugi::node_element) names.insert(node.name());
  }
  for (const auto* own : {"name", "uuid", "metadata"}) names.erase(own);
  return names;
}

void copy_namespaces(pugi::xml_node domain, pugi::xml_node present) {
  for (const auto attribute : present.attributes()) {
    const bool is_namespace = std::string_view(attribute.name()).starts_with("xmlns");
    if (is_namespace && !domain.attribute(attribute.name())) domain.append_copy(attribute);
  }
}

}  // namespace

std::string changed_domain(const DomainChange& change) {
  const auto present_document = parsed_xml(change.present, "what libvirt says of a domain");
  const auto before_document = parsed_xml(change.before, "the domain as recorded");
  auto document = parsed_xml(change.after, "the new domain");
  const auto present = present_document.child("domain");
  const auto before = before_document.child("domain");
  auto after = document.child("domain");
  copy_namespaces(after, present);
  auto names = parts_of(present);
  names.merge(parts_of(before));
  for (const auto& name : names) {
    if (text_of_all(before, deciding(name)) == text_of_all(after, deciding(name))) {
      replace(after, name, present);
    } else if (name == "devices") {
      refuse_loss(present, others_device(present, before));
    } else if (name == qemu_arguments) {
      refuse_loss(present, others_argument(present));
    }
  }
  remove_layers(after.child("devices"));
  return xml_text(document);
}

}  // namespace nocloud
