#include "nocloud/virt/libvirt_unreadable.hpp"

#include <algorithm>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/domain_reading.hpp"
#include "nocloud/virt/domain_record.hpp"
#include "nocloud/virt/libvirt_domains.hpp"
#include "nocloud/virt/libvirt_states.hpp"
#include "nocloud/virt/volume_xml.hpp"
#include "nocloud/virt/xml_document.hpp"

namespace nocloud {
namespace {

/// Nothing if the domain is readable, somebody else's, or has just gone.
std::optional<Unreadable> unreadable_in(const Connection& connection, const ListedDomain& found) {
  const std::string name = virDomainGetName(found.domain.get());
  try {
    const auto xml = inactive_xml(connection, found.domain.get());
    if (!vm_from_domain(xml)) template_from_domain(xml);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return std::nullopt;
    if (error.kind() != ErrorKind::invalid_input) throw;
    const auto source = template_of_domain(name);
    return Unreadable{.kind = source ? Unreadable::Kind::source : Unreadable::Kind::vm,
                      .name = source ? source->str() : printable(name),
                      .state = condition_from(found.state, found.reason).state,
                      .error = error};
  }
}

/// What libvirt says of the volumes below a domain's disks, wherever they are, as far as it knows them.
std::string chains_of(const Connection& connection, std::string_view domain_xml) {
  constexpr int most_layers = 100;
  std::string text;
  const auto document = parsed_xml(domain_xml, "what libvirt says of a domain");
  for (const auto disk : document.child("domain").child("devices").children("disk")) {
    std::optional<std::string> path = disk.child("source").attribute("file").value();
    for (int layer = 0; path && layer < most_layers; ++layer) {
      const VolumeHandle volume(virStorageVolLookupByPath(connection.get(), path->c_str()));
      const TextHandle xml(volume ? virStorageVolGetXMLDesc(volume.get(), 0) : nullptr);
      if (!xml) break;
      text += xml.get();
      path = backing_path(xml.get());
    }
  }
  return text;
}

/// What a domain runs with. Its record is left out: only that of the definition is kept up to date.
std::string running_with(std::string_view live_xml) {
  auto document = parsed_xml(live_xml, "what libvirt says of a domain");
  document.child("domain").remove_child("metadata");
  return xml_text(document);
}

/// All that a domain uses, as text. Of one that runs also what it runs with: that can differ from what it is
/// started with next. The disks of ours are in nocloud's pool, others' can be anywhere.
std::string configuration_of(const Connection& connection, const ListedDomain& found) {
  auto* const domain = found.domain.get();
  std::string text;
  try {
    text = inactive_xml(connection, domain);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return {};
    throw;
  }
  if (text.find(vm_record_uri) == std::string::npos) text += chains_of(connection, text);
  if (is_up(condition_from(found.state, found.reason).state)) {
    if (const TextHandle live(virDomainGetXMLDesc(domain, 0)); live) text += running_with(live.get());
  }
  return text;
}

}  // namespace

std::vector<Unreadable> unreadable_domains(const Connection& connection,
                                           const std::set<std::string>& readable) {
  std::vector<Unreadable> unreadable;
  for (const auto& found : list_domains(connection)) {
    if (readable.contains(uuid_of(connection, found.domain.get()))) continue;
    if (auto domain = unreadable_in(connection, found)) unreadable.push_back(*std::move(domain));
  }
  std::ranges::sort(unreadable, {}, &Unreadable::name);
  return unreadable;
}

std::set<VolumeName> volumes_named_by_domains(const Connection& connection,
                                              const std::set<VolumeName>& volumes) {
  std::set<VolumeName> named;
  for (const auto& found : list_domains(connection)) {
    const auto text = configuration_of(connection, found);
    for (const auto& volume : volumes) {
      if (text.find(volume.str()) != std::string::npos) named.insert(volume);
    }
  }
  return named;
}

}  // namespace nocloud
