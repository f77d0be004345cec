#include "terraform_shim/provider/resources/group_block.hpp"

#include "nocloud/model/name.hpp"
#include "nocloud/model/quantity.hpp"
#include "terraform_shim/provider/resources/making.hpp"
#include "terraform_shim/provider/resources/vm_values.hpp"

namespace nocloud::terraform {
namespace {

Attribute line_attribute() {
  auto disks = disks_attribute();
  disks.default_value = nullptr;
  std::vector<Attribute> fields{
      {.name = "template",
       .description = "The template to clone.",
       .source = Attribute::Source::required,
       .check = check_text<TemplateName::parse>},
      {.name = "count",
       .type = "number",
       .description = "How many, 1 to 1,000. By default 1.",
       .check = check_number<VmCount::of>},
      {.name = "type",
       .description = "Their role in the group. By default `default`.",
       .check = check_text<TypeName::parse>},
      {.name = "name",
       .description =
           "What their names begin with: `web` gives `web00`, `web01`, … Numbering goes on across lines. "
           "Without it names are UUIDs that follow from what the VMs are."},
      memory_attribute(),
      cpus_attribute(),
      std::move(disks)};
  for (auto& field : fields) {
    if (field.source == Attribute::Source::either) field.source = Attribute::Source::optional;
  }
  return {.name = "lines",
          .type = nullptr,
          .description = "The VMs, those of one kind in an object.",
          .most = 1000,
          .fields = std::move(fields)};
}

Attribute networks_of_group() {
  auto networks = networks_attribute();
  networks.description += " To change them re-creates the VMs.";
  return networks;
}

}  // namespace

const Block& group_block() {
  static const Block block{
      .description =
          "The VMs of a group. What is not described any more is removed. VMs of the group that something "
          "else "
          "made are left alone, and a plan names them; `terraform import` puts all of them under the "
          "resource. "
          "VMs that can't be changed into what is described are re-created one by one; the plan names them.",
      .attributes =
          std::vector<Attribute>{
              name_attribute("The group.", check_text<GroupName::parse>),
              line_attribute(),
              {.name = "description",
               .description =
                   "Instead of `lines` the text of a description file, as in `file(\"pftest\")`: a line "
                   "`TEMPLATE:COUNT:TYPE[:mem=…;cpu=…;dsk=…;name=…]` for each kind."},
              networks_of_group(),
              virt_type_attribute()} +
          making_attributes() +
          std::vector<Attribute>{
              {.name = "id", .description = "The name.", .source = Attribute::Source::computed},
              {.name = "vms",
               .type = Value::array({"map", vm_object_type()}),
               .description = "The VMs by name, each with the attributes of the data source "
                              "`nocloud_vm`.",
               .source = Attribute::Source::computed}}};
  return block;
}

}  // namespace nocloud::terraform
