#include "terraform_shim/provider/documentation.hpp"

#include <functional>
#include <vector>

#include <fmt/format.h>

namespace nocloud::terraform {
namespace {

constexpr std::string_view prefix = "nocloud_";

std::string type_text(const Attribute& attribute) {
  if (attribute.type.is_null()) return "list of objects";
  if (attribute.type.is_string()) return attribute.type.get<std::string>();
  const auto kind = attribute.type.at(0).get<std::string>();
  const auto& of = attribute.type.at(1);
  return fmt::format("{} of {}", kind, of.is_string() ? of.get<std::string>() + "s" : "objects");
}

std::string remarks_on(const Attribute& attribute) {
  std::string remarks;
  if (!attribute.default_value.is_null())
    remarks += fmt::format(" Default: `{}`.", attribute.default_value.dump());
  if (attribute.on_change == Attribute::OnChange::replace) remarks += " Changing it forces replacement.";
  return remarks;
}

std::string line_for(const Attribute& attribute) {
  return fmt::format("- `{}` ({}{}) {}{}\n", attribute.name, type_text(attribute),
                     attribute.secrecy == Attribute::Secrecy::secret ? ", sensitive" : "",
                     attribute.description, remarks_on(attribute));
}

/// The attributes that belong under a heading, if there are any.
std::string section(std::string_view heading, const std::vector<Attribute>& attributes,
                    const std::function<bool(const Attribute&)>& belongs) {
  std::string lines;
  for (const auto& attribute : attributes) {
    if (belongs(attribute)) lines += line_for(attribute);
  }
  return lines.empty() ? lines : fmt::format("\n{}\n\n{}", heading, lines);
}

std::string sections(const std::vector<Attribute>& attributes, std::string_view marks) {
  using Source = Attribute::Source;
  return section(fmt::format("{} Required", marks), attributes,
                 [](const Attribute& each) { return each.source == Source::required; }) +
         section(fmt::format("{} Optional", marks), attributes,
                 [](const Attribute& each) {
                   return each.source == Source::optional || each.source == Source::either;
                 }) +
         section(fmt::format("{} Read-only", marks), attributes,
                 [](const Attribute& each) { return each.source == Source::computed; });
}

std::string page(std::string_view title, const Block& block, std::string_view rest) {
  auto text = fmt::format("# {}\n\n{}\n{}", title, block.description, sections(block.attributes, "##"));
  for (const auto& attribute : block.attributes) {
    if (attribute.fields.empty()) continue;
    text += fmt::format("\n## Objects of `{}`\n{}", attribute.name, sections(attribute.fields, "###"));
  }
  return text.append(rest);
}

std::string import_section(std::string_view type) {
  return fmt::format(
      "\n## Import\n\nBy name:\n\n```shell\nterraform import {}.example NAME\n```\n\n"
      "Import each thing once. The provider does not see what else a state holds, so it can't refuse what "
      "another resource has already. The next plan of both refuses it; `terraform destroy -target` of one "
      "removes the other's. Take a second import out with `terraform state rm ADDRESS`.\n",
      type);
}

constexpr std::string_view example = R"(
## Names

One name has one VM, template or network. A plan refuses a name that something else has. `create_before_destroy`, also where a
dependent resource brings it about, is refused only by the apply, before anything is changed: a plan does not show it to a provider.

## Example

```terraform
terraform {
  required_providers {
    nocloud = { source = "nocloud/nocloud" }
  }
}

provider "nocloud" {}

resource "nocloud_vm" "web" {
  name     = "web00"
  template = "debian12"
  memory   = 512
}

output "address" {
  value = nocloud_vm.web.host
}
```
)";

}  // namespace

std::map<std::string, std::string> documentation_pages(const Provider& provider) {
  std::map<std::string, std::string> pages{{"index.md", page("nocloud", provider.schema(), example)}};
  for (const auto& [type, kind] : provider.resources()) {
    pages["resources/" + type.substr(prefix.size()) + ".md"] =
        page(type, kind->schema(), import_section(type));
  }
  for (const auto& [type, kind] : provider.data_sources()) {
    pages["data-sources/" + type.substr(prefix.size()) + ".md"] = page(type, kind->schema(), "");
  }
  return pages;
}

}  // namespace nocloud::terraform
