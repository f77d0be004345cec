#include "nocloud/virt/libvirt/domain/unreadable.hpp"

#include <algorithm>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/libvirt/domain/domains.hpp"
#include "nocloud/virt/libvirt/domain/states.hpp"
#include "nocloud/virt/xml/domain/domain_reading.hpp"

namespace nocloud {
namespace {

/// Nothing if the domain is readable, somebody else's, or has just gone.
std::optional<Unreadable> unreadable_in(const Connection& connection, const ListedDomain& found) {
  const std::string name = virDomainGetName(found.domain.get());
  std::string xml;
  try {
    xml = inactive_xml(connection, found.domain.get());
    if (!vm_from_domain(xml)) template_from_domain(xml);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) return std::nullopt;
    if (error.kind() != ErrorKind::invalid_input) throw;
    const auto source = template_of_domain(name);
    return Unreadable{.kind = source ? Unreadable::Kind::source : Unreadable::Kind::vm,
                      .name = source ? source->str() : printable(name),
                      .uuid = uuid_of(connection, found.domain.get()),
                      .made_as = vm_made_as(xml),
                      .state = condition_from(found.state, found.reason).state,
                      .error = error};
  }
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

}  // namespace nocloud
