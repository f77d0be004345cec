#include "terraform_shim/provider/resources/data_sources.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "terraform_shim/provider/resources/template_resource.hpp"
#include "terraform_shim/provider/resources/vm_values.hpp"

namespace nocloud::terraform {
namespace {

Attribute required(std::string name, std::string description, void (*check)(const Value&)) {
  return {.name = std::move(name),
          .description = std::move(description),
          .source = Attribute::Source::required,
          .check = check};
}

std::vector<Attribute> described_without_name() {
  auto attributes = described_attributes();
  std::erase_if(attributes, [](const Attribute& attribute) { return attribute.name == "name"; });
  return attributes;
}

class VmDataSource final : public DataSource {
 public:
  const Block& schema() const override {
    static const Block block{
        .description = "A virtual machine of yours that is there, and how it is reached.",
        .attributes = std::vector<Attribute>{required("name", "Its name.", check_text<VmName::parse>)} +
                      described_without_name() + found_attributes()};
    return block;
  }

  Value read(const Session& session, const Value& config) const override {
    const auto name = Fields(config).parsed("name", VmName::parse).value();
    const auto located = own_vm(session, name);
    if (located && located->vm.complete) return vm_values(*located, session.listing.access(session.context));
    const auto come_since = find_one(session.context, name, {});
    session.listing.forget();
    return vm_values(come_since, session.listing.access(session.context));
  }
};

class GroupDataSource final : public DataSource {
 public:
  const Block& schema() const override {
    static const Block block{
        .description = "The virtual machines of a group of yours, and how they are reached.",
        .attributes = {
            required("name", "The group.", check_text<GroupName::parse>),
            {.name = "type", .description = "Only those of this role.", .check = check_text<TypeName::parse>},
            {.name = "id", .description = "The name.", .source = Attribute::Source::computed},
            {.name = "vms",
             .type = Value::array({"map", vm_object_type()}),
             .description = "The VMs by name, each with the attributes of the data source `nocloud_vm`.",
             .source = Attribute::Source::computed}}};
    return block;
  }

  Value read(const Session& session, const Value& config) const override {
    const Fields fields(config);
    const auto group = fields.parsed("name", GroupName::parse).value();
    auto state = config;
    state["id"] = group.str();
    const auto type = fields.parsed("type", TypeName::parse);
    state["vms"] = group_values(session, group, [&](const Vm& vm) { return !type || vm.type == *type; });
    if (!state["vms"].empty()) return state;
    throw Error(ErrorKind::not_found,
                fmt::format("there is no such VM of yours in group {}", cited(group.str())),
                "`vmrunning --state all` shows those there are.");
  }
};

class TemplateDataSource final : public DataSource {
 public:
  const Block& schema() const override {
    static const Block block{
        .description = "A template that is there, whoever made it.",
        .attributes = std::vector<Attribute>{required("name", "Its name.", check_text<TemplateName::parse>)} +
                      template_found_attributes()};
    return block;
  }

  Value read(const Session& session, const Value& config) const override {
    const auto name = Fields(config).parsed("name", TemplateName::parse).value();
    const auto found = session.context.hypervisor.find_template(name);
    if (found && found->complete) return template_values(session, *found);
    throw Error(ErrorKind::not_found, fmt::format("there is no template {}", cited(name.str())),
                "`vmtemplate -l` shows those there are.");
  }
};

}  // namespace

std::unique_ptr<DataSource> vm_data_source() {
  return std::make_unique<VmDataSource>();
}

std::unique_ptr<DataSource> group_data_source() {
  return std::make_unique<GroupDataSource>();
}

std::unique_ptr<DataSource> template_data_source() {
  return std::make_unique<TemplateDataSource>();
}

}  // namespace nocloud::terraform
