#include <algorithm>

#include <fmt/format.h>

#include "nocloud/virt/domain_names.hpp"
#include "support/fake_hypervisor.hpp"

namespace nocloud::test {

FakeWorld::Domain* FakeHypervisor::template_domain_of(const TemplateName& name) {
  const auto found = world_.domains.find(template_domain(name));
  if (found == world_.domains.end() || !found->second.source) return nullptr;
  if (!found->second.unreadable.empty()) throw found->second.unreadable_error(found->first);
  return &found->second;
}

std::vector<Template> FakeHypervisor::templates() {
  return call("templates", "", [&] {
    std::vector<Template> templates;
    for (const auto& [name, domain] : world_.domains) {
      if (!domain.source || !domain.unreadable.empty()) continue;
      templates.push_back(*domain.source);
      templates.back().uuid = domain.uuid;
    }
    std::ranges::sort(templates, {}, &Template::name);
    return templates;
  });
}

std::optional<Template> FakeHypervisor::find_template(const TemplateName& name) {
  return call("find_template", name.str(), [&]() -> std::optional<Template> {
    const auto* const domain = template_domain_of(name);
    if (domain == nullptr) return std::nullopt;
    auto found = domain->source;
    found->uuid = domain->uuid;
    return found;
  });
}

void FakeHypervisor::define_template(const Template& definition) {
  call("define_template", definition.name.str(), [&] {
    const auto domain = template_domain(definition.name);
    const bool added =
        world_.domains.try_emplace(domain, FakeWorld::Domain{.uuid = new_uuid(), .source = definition})
            .second;
    if (!added) {
      throw Error(ErrorKind::conflict, fmt::format("libvirt has a domain '{}' already", domain),
                  "Choose another name, or remove what has it.");
    }
  });
}

void FakeHypervisor::redefine_template(const Template& definition) {
  call("redefine_template", definition.name.str(), [&] {
    auto* const domain = template_domain_of(definition.name);
    if (domain == nullptr) {
      throw Error(ErrorKind::not_found, fmt::format("there is no template '{}'", definition.name));
    }
    domain->source = definition;
  });
}

bool FakeHypervisor::undefine_template(const TemplateName& name) {
  return call("undefine_template", name.str(), [&] {
    return template_domain_of(name) != nullptr && world_.domains.erase(template_domain(name)) == 1;
  });
}

}  // namespace nocloud::test
