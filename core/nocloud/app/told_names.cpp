#include "nocloud/app/told_names.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/known_file.hpp"
#include "nocloud/virt/domain_names.hpp"

namespace nocloud {
namespace {

using nlohmann::json;

constexpr std::size_t largest_bytes = 4U << 20U;

}  // namespace

ToldNames::ToldNames(const Caller& caller, const std::string& uri, std::string_view kind)
    : folder_(DomainFolder::of(uri)),
      file_(known_file(caller.runtime_folder, uri, fmt::format("names-{}", kind))) {}

std::optional<std::int64_t> ToldNames::settled_change() const {
  return folder_ ? folder_->settled_change() : std::nullopt;
}

std::optional<Names> ToldNames::recall() const {
  const auto changed = folder_ ? folder_->last_change() : std::nullopt;
  if (!changed) return std::nullopt;
  try {
    const auto text = read_file_if_present(file_, largest_bytes);
    if (!text) return std::nullopt;
    const auto told = json::parse(*text);
    if (told.at("changed").get<std::int64_t>() != *changed) return std::nullopt;
    auto names = told.at("names").get<Names>();
    const bool ours =
        std::ranges::none_of(names, [](const std::string& name) { return printable(name) != name; });
    return ours ? std::optional(std::move(names)) : std::nullopt;
  } catch (const json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void ToldNames::keep(const Names& names, std::optional<std::int64_t> settled, const std::vector<VmName>& vms,
                     const std::vector<TemplateName>& templates) const {
  std::vector<std::string> domains;
  for (const auto& vm : vms) domains.push_back(vm.str());
  for (const auto& source : templates) domains.push_back(template_domain(source));
  const bool certain = settled && !domains.empty() && folder_->has(domains);
  try {
    if (!certain) return remove_file(file_);
    make_folder(file_.parent_path(), 0700);
    write_file(file_, json({{"changed", *settled}, {"names", names}}).dump(), 0600);
  } catch (const Error&) {
    return;  // without a place to write, the next one asks the host
  }
}

}  // namespace nocloud
