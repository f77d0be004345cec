#include "nocloud/virt/domain_names.hpp"

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

constexpr std::string_view template_suffix = ".template";

template <class Name>
std::optional<Name> parsed(std::string_view text) {
  try {
    return Name::parse(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::string template_domain(const TemplateName& name) {
  return name.str() + std::string(template_suffix);
}

std::optional<TemplateName> template_of_domain(std::string_view domain) {
  if (!domain.ends_with(template_suffix)) return std::nullopt;
  return parsed<TemplateName>(domain.substr(0, domain.size() - template_suffix.size()));
}

std::optional<VmName> vm_of_domain(std::string_view domain) {
  return parsed<VmName>(domain);
}

}  // namespace nocloud
