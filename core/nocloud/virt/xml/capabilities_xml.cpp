#include "nocloud/virt/xml/capabilities_xml.hpp"

#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {

bool capabilities_offer_kvm(std::string_view capabilities_xml) {
  const auto document = parsed_xml(capabilities_xml, "what libvirt says of its host");
  const auto root = document.child("capabilities");
  const std::string_view host = root.child("host").child("cpu").child_value("arch");
  for (const auto guest : root.children("guest")) {
    const auto arch = guest.child("arch");
    if (arch.attribute("name").value() != host) continue;
    if (arch.find_child_by_attribute("domain", "type", "kvm")) return true;
  }
  return false;
}

bool capabilities_leave_only_passt(std::string_view domain_capabilities_xml) {
  const auto document = parsed_xml(domain_capabilities_xml, "what libvirt says of its guests");
  const auto backends = document.child("domainCapabilities")
                            .child("devices")
                            .child("interface")
                            .find_child_by_attribute("enum", "name", "backendType");
  const auto offers = [&](std::string_view backend) {
    return !backends.find_child([&](pugi::xml_node value) { return value.text().get() == backend; }).empty();
  };
  return offers("passt") && !offers("default");
}

std::optional<unsigned> most_cpus_of_capabilities(std::string_view domain_capabilities_xml) {
  const auto document = parsed_xml(domain_capabilities_xml, "what libvirt says of its guests");
  const auto most = document.child("domainCapabilities").child("vcpu").attribute("max").as_uint();
  return most > 0 ? std::optional(most) : std::nullopt;
}

}  // namespace nocloud
