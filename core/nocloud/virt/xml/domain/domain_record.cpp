#include "nocloud/virt/xml/domain/domain_record.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

pugi::xml_node append_root(pugi::xml_node metadata, std::string_view element, const char* uri) {
  auto root = metadata.append_child(fmt::format("{}:{}", record_prefix, element).c_str());
  set_attribute(root, fmt::format("xmlns:{}", record_prefix).c_str(), uri);
  return root;
}

void append_owner(pugi::xml_node root, const Owner& owner) {
  auto node = append_with(root, "owner", "user", one_line(owner.user, "the owner's name"));
  set_attribute(node, "host", one_line(owner.host, "the owner's host"));
  if (owner.uid) set_attribute(node, "uid", std::to_string(*owner.uid));
  if (!owner.machine.empty()) set_attribute(node, "machine", one_line(owner.machine, "the owner's machine"));
  if (owner.place == Owner::Place::at_hypervisor) set_attribute(node, "place", "hypervisor");
}

pugi::xml_node append_guest(pugi::xml_node root, const UserName& user, GuestInit init,
                            const std::string& host_key) {
  auto node = append_with(root, "guest", "user", user.str());
  set_attribute(node, "init", std::string(word_for(init)));
  if (!host_key.empty()) set_attribute(node, "host-key", one_line(host_key, "the host key"));
  return node;
}

void append_boot(pugi::xml_node root, const std::optional<DirectBoot>& boot) {
  if (!boot) return;
  auto node = append_with(root, "boot", "kernel", boot->kernel.str());
  set_attribute(node, "initrd", boot->initrd.str());
  set_attribute(node, "command-line", one_line(boot->command_line, "the kernel's command line"));
}

void append_origin(pugi::xml_node root, const std::optional<ImageOrigin>& origin) {
  if (!origin) return;
  auto node = append_with(root, "origin", "url", one_line(origin->url, "the image's URL"));
  if (origin->checksum) set_attribute(node, "checksum", origin->checksum->str());
}

void append_nic(pugi::xml_node root, const Nic& nic) {
  auto node = append_with(root, "nic", "network", one_line(nic.network.str(), "the network"));
  set_attribute(node, "mac", nic.mac.str());
  if (nic.port) set_attribute(node, "port", std::to_string(*nic.port));
  if (nic.address) set_attribute(node, "address", nic.address->str());
  if (nic.meeting) set_attribute(node, "meeting", nic.meeting->str());
}

void append_installation(pugi::xml_node root, const std::optional<Installation>& installation) {
  if (!installation) return;
  auto node = append_with(root, "installation", "medium", installation->medium ? "yes" : "no");
  set_attribute(node, "seed", installation->seed ? "yes" : "no");
  set_attribute(node, "screen", std::string(word_for(installation->screen)));
}

void append_complete(pugi::xml_node root, bool complete) {
  set_attribute(root, "complete", complete ? "yes" : "no");
}

void append_unconfirmed(pugi::xml_node root, const std::string& run) {
  if (!run.empty()) set_attribute(root, "unconfirmed", one_line(run, "the run's id"));
}

/// A record as libvirt hands it out, with a change, fit to be set again.
template <class Change>
std::string changed_record(std::string_view record_xml, const Change& change) {
  auto document = parsed_xml(record_xml, "the record");
  auto root = document.document_element();
  // libvirt adds prefix and namespace itself when the record is set, and refuses to do so twice.
  const std::string name(local_name(root));
  const std::string uri(namespace_of(root));
  for (auto attribute = root.first_attribute(); attribute;) {
    const auto next = attribute.next_attribute();
    const bool ours = attribute.value() == uri && std::string_view(attribute.name()).starts_with("xmlns");
    if (ours) root.remove_attribute(attribute);
    attribute = next;
  }
  root.set_name(name.c_str());
  change(root);
  return xml_text(document);
}

}  // namespace

void append_record(pugi::xml_node metadata, const VmDefinition& definition) {
  auto root = append_root(metadata, "vm", vm_record_uri);
  append_complete(root, definition.complete);
  set_attribute(root, "name", definition.name.str());
  set_attribute(root, "group", definition.group.str());
  set_attribute(root, "type", definition.type.str());
  set_attribute(root, "template", definition.template_name.str());
  append_unconfirmed(root, definition.unconfirmed);
  append_owner(root, definition.owner);
  auto guest = append_guest(root, definition.user, definition.init, definition.host_key);
  if (!definition.user_data_sha256.empty()) {
    set_attribute(guest, "user-data-sha256", one_line(definition.user_data_sha256, "the digest"));
  }
  if (definition.base) append_with(root, "base", "volume", definition.base->str());
  for (const auto& disk : definition.disks) append_with(root, "disk", "gib", std::to_string(disk.gib()));
  append_boot(root, definition.boot);
  for (const auto& nic : definition.nics) append_nic(root, nic);
  append_installation(root, definition.installation);
}

void append_record(pugi::xml_node metadata, const Template& definition) {
  auto root = append_root(metadata, "template", template_record_uri);
  append_complete(root, definition.complete);
  append_unconfirmed(root, definition.unconfirmed);
  append_owner(root, definition.owner);
  append_guest(root, definition.user, definition.init, definition.host_key);
  append_with(root, "base", "volume", definition.base.str());
  for (const auto& volume : definition.incoming) append_with(root, "incoming", "volume", volume.str());
  append_boot(root, definition.boot);
  append_origin(root, definition.origin);
  if (definition.disk) append_with(root, "disk", "gib", std::to_string(definition.disk->gib()));
}

std::string marked_record(std::string_view record_xml, Completeness completeness) {
  return changed_record(record_xml, [&](pugi::xml_node root) {
    root.remove_attribute("complete");
    root.prepend_attribute("complete").set_value(completeness == Completeness::whole ? "yes" : "no");
  });
}

std::string record_unconfirmed_by(std::string_view record_xml, const std::string& run) {
  return changed_record(record_xml, [&](pugi::xml_node root) {
    root.remove_attribute("unconfirmed");
    append_unconfirmed(root, run);
  });
}

}  // namespace nocloud
