#include "nocloud/app/told_names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/domain_names.hpp"

namespace nocloud {

using nlohmann::json;

ToldNames::ToldNames(const std::filesystem::path& runtime_folder, const std::string& uri,
                     std::string_view kind)
    : folder_(DomainFolder::of(uri)), file_(runtime_folder, uri, fmt::format("names-{}", kind)) {}

std::optional<std::int64_t> ToldNames::settled_change() const {
  return folder_ ? folder_->settled_change() : std::nullopt;
}

std::optional<Names> ToldNames::recall() const {
  const auto changed = folder_ ? folder_->last_change() : std::nullopt;
  if (!changed) return std::nullopt;
  return file_.recall([&](const json& told) -> std::optional<Names> {
    if (told.at("settled").get<std::int64_t>() != *changed) return std::nullopt;
    auto names = told.at("names").get<Names>();
    const bool ours =
        std::ranges::none_of(names, [](const std::string& name) { return printable(name) != name; });
    return ours ? std::optional(std::move(names)) : std::nullopt;
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
