#include "nocloud/app/names/told_names.hpp"

#include <fmt/format.h>

#include "nocloud/virt/domain_names.hpp"

namespace nocloud {

using nlohmann::json;

namespace {

/// Throws Error{invalid_input} unless the text is a name of the kind: a shell may take it for more.
void check_name(std::string_view text, std::string_view kind) {
  if (kind == "groups") {
    GroupName::parse(text);
  } else if (kind == "types") {
    TypeName::parse(text);
  } else if (kind == "templates") {
    TemplateName::parse(text);
  } else {
    VmName::parse(text);
  }
}

}  // namespace

ToldNames::ToldNames(const std::filesystem::path& runtime_folder, const std::string& uri,
                     std::string_view kind)
    : kind_(kind),
      folder_(DomainFolder::of(uri)),
      file_(runtime_folder, uri, fmt::format("names-{}", kind)) {}

std::optional<std::int64_t> ToldNames::settled_change() const {
  return folder_ ? folder_->settled_change() : std::nullopt;
}

std::optional<Names> ToldNames::recall() const {
  const auto changed = folder_ ? folder_->last_change() : std::nullopt;
  if (!changed) return std::nullopt;
  return file_.recall([&](const json& told) -> std::optional<Names> {
    if (told.at("settled").get<std::int64_t>() != *changed) return std::nullopt;
    auto names = told.at("names").get<Names>();
    for (const auto& name : names) check_name(name, kind_);
    return names;
  });
}

void ToldNames::keep(const Names& names, std::optional<std::int64_t> settled, const std::vector<VmName>& vms,
                     const std::vector<TemplateName>& templates) const {
  std::vector<std::string> domains;
  for (const auto& vm : vms) domains.push_back(vm.str());
  for (const auto& source : templates) domains.push_back(template_domain(source));
  const bool certain = settled && !domains.empty() && folder_->has(domains);
  if (!certain) return file_.forget();
  file_.keep({{"settled", *settled}, {"names", names}});
}

}  // namespace nocloud
