#include "nocloud/virt/libvirt/domain/templates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/xml/domain/domain_reading.hpp"
#include "nocloud/virt/xml/unknown_metadata.hpp"

namespace nocloud {
namespace {

std::optional<Template> listed_template(const Connection& connection, virDomainPtr domain) {
  try {
    return template_from_domain(inactive_xml(connection, domain));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

}  // namespace

std::vector<Template> LibvirtTemplates::all() {
  std::vector<Template> templates;
  for (const auto& listed : list_domains(connection_)) {
    if (!template_of_domain(virDomainGetName(listed.domain.get()))) continue;
    if (auto found = listed_template(connection_, listed.domain.get()))
      templates.push_back(*std::move(found));
  }
  std::ranges::sort(templates, {}, &Template::name);
  return templates;
}

std::optional<Template> LibvirtTemplates::find(const TemplateName& name) {
  const auto domain = lookup_domain(connection_, template_domain(name));
  if (!domain) return std::nullopt;
  return template_from_domain(inactive_xml(connection_, domain.get()));
}

DomainHandle LibvirtTemplates::lookup(const TemplateName& name) {
  auto domain = lookup_domain(connection_, template_domain(name));
  if (!domain || !template_from_domain(inactive_xml(connection_, domain.get()))) return nullptr;
  return domain;
}

void LibvirtTemplates::define(const Template& definition) {
  define_domain(connection_, template_domain(definition.name),
                domain_xml(definition, host_.domain_host(false)));
}

void LibvirtTemplates::redefine(const Template& definition) {
  const auto domain = lookup(definition.name);
  if (!domain) throw Error(ErrorKind::not_found, fmt::format("there is no template '{}'", definition.name));
  const auto changed = domain_xml(definition, host_.domain_host(false), uuid_of(connection_, domain.get()));
  define_domain(connection_, template_domain(definition.name),
                with_unknown_metadata(changed, inactive_xml(connection_, domain.get())));
}

bool LibvirtTemplates::undefine(const TemplateName& name) {
  const auto domain = lookup(name);
  return domain && undefine_domain(connection_, domain.get());
}

}  // namespace nocloud
