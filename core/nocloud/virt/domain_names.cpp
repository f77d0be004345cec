#include "nocloud/virt/domain_names.hpp"

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

constexpr std::string_view template_suffix = ".template";

}  // namespace

std::string template_domain(const TemplateName& name) {
  return name.str() + std::string(template_suffix);
}

std::optional<TemplateName> template_of_domain(std::string_view domain) {
  if (!domain.ends_with(template_suffix)) return std::nullopt;
  try {
    return TemplateName::parse(domain.substr(0, domain.size() - template_suffix.size()));
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool may_be_vm(std::string_view domain) {
  return domain.find('.') == std::string_view::npos;
}

}  // namespace nocloud
