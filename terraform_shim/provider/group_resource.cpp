#include "terraform_shim/provider/group_resource.hpp"

#include <set>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/model/described_line.hpp"
#include "nocloud/model/spec_file.hpp"
#include "nocloud/ops/ensure_group.hpp"
#include "nocloud/ops/stop.hpp"
#include "terraform_shim/provider/making.hpp"
#include "terraform_shim/provider/vm_values.hpp"

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

const Block& group_block() {
  static const Block block{
      .description =
          "All VMs of a group. What is not described is removed from it, so a group is kept either by this "
          "resource or by single `nocloud_vm`s. VMs that can't be changed into what is described are "
          "re-created one by one; the plan names them.",
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

DescribedLine line_from(const Fields& line) {
  return {.template_name = line.parsed("template", TemplateName::parse).value(),
          .type = line.parsed("type", TypeName::parse).value_or(TypeName::parse("default")),
          .count = line.counted("count", VmCount::of).value_or(VmCount::of(1)),
          .stem = line.text("name").value_or(""),
          .shape = {.memory = line.counted("memory", Memory::of_mib),
                    .cpus = line.counted("cpus", CpuCount::of),
                    .disks = disks_of(line)}};
}

std::vector<DescribedVm> described_by(const Fields& fields, const GroupName& group) {
  if (const auto text = fields.text("description")) return read_spec(*text, "description", group).vms;
  std::vector<DescribedVm> vms;
  NameSequence names(group);
  const auto lines = fields.items("lines");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    while_doing(fmt::format("lines[{}]", i), [&] { add_line(vms, line_from(lines[i]), group, names); });
  }
  return vms;
}

GroupName group_of(const Value& values) {
  return Fields(values).parsed("name", GroupName::parse).value();
}

GroupRequest request_from(const Session& session, const Value& planned) {
  const Fields fields(planned);
  const auto group = group_of(planned);
  return {.group = group,
          .wanted = {.vms = described_by(fields, group),
                     .networks = networks_of(fields),
                     .virt_type = virt_type_of(fields),
                     .user_data = fields.text("user_data").value_or(""),
                     .wait = wait_of(fields),
                     .timeout = timeout_of(session, fields)},
          .defaults = session.defaults,
          .others = GroupRequest::Others::remove,
          .misfit = Misfit::recreate,
          .interruption = Interruption::accept};
}

Value state_of(const Session& session, const Value& known) {
  auto state = known;
  state["id"] = known.at("name");
  state["vms"] = group_values(session, group_of(known));
  return without_unknowns(state);
}

/// A group that is there already is taken over if all of it is described and fits: so is what a killed
/// apply has left.
GroupPlan plan_creation(const Session& session, const GroupRequest& request) {
  auto careful = request;
  careful.misfit = Misfit::keep;
  careful.interruption = Interruption::refuse;
  auto plan = plan_group(session.context, careful);
  if (plan.removed.empty()) return plan;
  std::vector<std::string> names;
  for (const auto& vm : plan.removed) names.push_back(vm.name.str());
  throw Error(
      ErrorKind::conflict,
      fmt::format("group {} exists already, with VMs that are not described: {}", cited(request.group.str()),
                  enumerated(names)),
      fmt::format("`terraform import ADDRESS {}` has it kept from then on, `vmstop -d -g {}` removes it.",
                  request.group, request.group));
}

void warn_of(Plan& plan, const std::vector<Vm>& vms, std::string_view fate) {
  if (vms.empty()) return;
  std::vector<std::string> names;
  for (const auto& vm : vms) names.push_back(vm.name.str());
  plan.diagnostics.push_back(warning(fmt::format("{} will be {}", enumerated(names), fate)));
}

class GroupResource final : public Resource {
 public:
  const Block& schema() const override { return group_block(); }

  Diagnostics check(const Fields& config) const override {
    Diagnostics found;
    const bool both = !config.raw("lines").is_null() && !config.raw("description").is_null();
    const bool neither = config.raw("lines").is_null() && config.raw("description").is_null();
    if (both || neither) {
      found.push_back({.summary = both ? "lines and description exclude each other"
                                       : "lines or description has to say what VMs there are",
                       .path = Path::to("lines")});
    }
    if (found.empty() && is_wholly_known(config.raw("lines")) && config.has("name")) check_vms(config, found);
    return found;
  }

  void refine(const Session* session, Plan& plan) const override {
    plan.planned["id"] = plan.planned["name"];
    plan.planned["vms"] = unknown();
    const bool known = is_wholly_known(plan.planned["lines"]) &&
                       is_wholly_known(plan.planned["description"]) &&
                       is_wholly_known(plan.planned["name"]) && is_wholly_known(plan.planned["user_data"]);
    if (plan.creates() || !plan.replaced.empty() || !known || session == nullptr) return;
    try {
      const auto foreseen = plan_group(session->context, request_from(*session, plan.planned));
      if (!foreseen.changes_something()) plan.planned["vms"] = plan.prior["vms"];
      warn_of(plan, foreseen.removed, "removed");
      warn_of(plan, foreseen.recreated, "re-created");
      warn_of(plan, foreseen.stopped, "stopped and started again");
    } catch (const Error& error) {  // a template may be made only by the same apply
      if (error.kind() != ErrorKind::not_found) throw;
    }
  }

  Value read(const Session& session, const Value& state) const override {
    auto now = state_of(session, state);
    return now["vms"].empty() ? Value() : now;
  }

  Outcome create(const Session& session, const Value& planned) const override {
    const auto request = request_from(session, planned);
    return carry_out(session, request, plan_creation(session, request), planned, planned);
  }

  Outcome update(const Session& session, const Value& prior, const Value& planned) const override {
    const auto request = request_from(session, planned);
    return carry_out(session, request, plan_group(session.context, request), prior, planned);
  }

  void destroy(const Session& session, const Value& prior) const override {
    const auto vms = vms_to_stop(session.context, {.group = group_of(prior)});
    if (!vms.empty()) throw_first(remove(session.context, vms));
  }

  Value import(const Session& session, std::string_view id) const override {
    auto known = schema().defaults();
    known["name"] = while_doing("the id", [&] { return GroupName::parse(id); }).str();
    auto state = read(session, known);
    if (!state.is_null()) return state;
    throw Error(ErrorKind::not_found, fmt::format("there is no VM of yours in group {}", cited(id)));
  }

 private:
  static void check_vms(const Fields& config, Diagnostics& found) {
    const auto place = config.has("description") ? Path::to("description") : Path::to("lines");
    try {
      const auto group = config.parsed("name", GroupName::parse).value();
      if (described_by(config, group).empty())
        found.push_back({.summary = "no VM is described", .path = place});
    } catch (const Error& error) {  // told at its place
      found.push_back(diagnostic_of(error, place));
    }
  }

  Outcome carry_out(const Session& session, const GroupRequest& request, const GroupPlan& plan,
                    const Value& before, const Value& planned) const {
    for (const auto& text : plan.tolerated) session.context.reporter.warn(text, "");
    std::optional<Error> error;
    try {
      error = first_error(ensure_group(session.context, request, plan));
    } catch (const Error& thrown) {
      error = thrown;
    }
    session.listing.forget();
    if (!error) return {.state = state_of(session, planned)};
    return {.state = found_after_failure(*this, session, before), .error = error};
  }
};

}  // namespace

std::unique_ptr<Resource> group_resource() {
  return std::make_unique<GroupResource>();
}

}  // namespace nocloud::terraform
