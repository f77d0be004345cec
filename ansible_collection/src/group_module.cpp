#include "ansible_collection/src/group_module.hpp"

#include <fmt/format.h>

#include "ansible_collection/src/shared_arguments.hpp"
#include "ansible_collection/src/vm_facts.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/spec/described_line.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/ops/converge/ensure_group.hpp"

namespace nocloud::ansible {
namespace {

GroupName group_of(const Arguments& arguments) {
  if (auto name = arguments.parsed("name", GroupName::parse)) return *std::move(name);
  return arguments
      .parsed("file", [](std::string_view file) { return GroupName::parse(user_path(file).stem().string()); })
      .value();
}

DescribedLine line_from(const Arguments& line) {
  return {.template_name = line.parsed("template", TemplateName::parse).value(),
          .type = line.parsed("type", TypeName::parse).value(),
          .count = line.counted("count", VmCount::of).value(),
          .stem = line.text("name").value_or(""),
          .shape = {.memory = line.parsed("memory", Memory::parse),
                    .cpus = line.counted("cpus", CpuCount::of),
                    .disks = disks_from(line.texts("disks").value_or(std::vector<std::string>{}))}};
}

std::vector<DescribedVm> described_by(const Arguments& arguments, const GroupName& group) {
  if (const auto file = arguments.text("file")) {
    const auto path = user_path(*file);
    return read_spec(read_file(path, largest_description), path.string(), group).vms;
  }
  std::vector<DescribedVm> vms;
  NameSequence names(group);
  const auto lines = arguments.items("description").value_or(std::vector<Arguments>{});
  for (std::size_t i = 0; i < lines.size(); ++i) {
    while_doing(fmt::format("description[{}]", i), [&] { add_line(vms, line_from(lines[i]), group, names); });
  }
  return vms;
}

GroupRequest request_from(const ModuleCall& call) {
  const auto& arguments = call.task.arguments;
  GroupRequest request{.group = group_of(arguments), .defaults = defaults_of(call)};
  const bool absent = arguments.text("state") == "absent";
  if (absent || arguments.is_set("prune")) request.others = GroupRequest::Others::remove;
  if (absent) return request;
  if (arguments.is_set("recreate")) request.misfit = Misfit::recreate;
  request.wanted = {.vms = described_by(arguments, request.group),
                    .networks = networks_of(call),
                    .virt_type = virt_type_of(call),
                    .user_data = user_data_of(call),
                    .wait = wait_of(call),
                    .timeout = timeout_of(call)};
  return request;
}

std::string group_text(const std::vector<Vm>& vms) {
  std::string text;
  for (const auto& vm : vms) {
    text += fmt::format("{}:\n", vm.name);
    const auto facts = diff_text(vm);
    for (const auto line : split(trimmed(facts), '\n')) {
      if (!line.empty()) text += fmt::format("  {}\n", line);
    }
  }
  return text;
}

nlohmann::json facts_of_group(const Context& context, const GroupName& group) {
  auto vms = nlohmann::json::array();
  for (const auto& located : survey(context, {.group = group, .state = StateFilter::all})) {
    vms.push_back(vm_json(located));
  }
  return {{"vms", std::move(vms)}};
}

nlohmann::json foreseen_group(const Context& context, const std::vector<Vm>& vms) {
  auto facts = nlohmann::json::array();
  for (const auto& vm : vms) facts.push_back(foreseen_facts(context, vm));
  return {{"vms", std::move(facts)}};
}

void warn_of_loss(const Context& context, const std::vector<Vm>& vms, std::string_view fate) {
  for (const auto& vm : vms) {
    context.reporter.warn(fmt::format("VM {} is {}; what is on its disks is lost", vm.name, fate), "");
  }
}

}  // namespace

ModuleResult run_group(const ModuleCall& call) {
  const auto& context = call.context;
  const auto request = request_from(call);
  const auto plan = plan_group(context, request);
  for (const auto& text : plan.tolerated) context.reporter.warn(text, "");
  warn_of_loss(context, plan.recreated, "made anew");
  warn_of_loss(context, plan.removed, "removed");
  ModuleResult result{.changed = plan.changes_something(),
                      .diff = Diff{.subject = fmt::format("group {}", request.group),
                                   .before = group_text(plan.before),
                                   .after = group_text(plan.after)}};
  if (call.only_checks()) {
    result.facts = foreseen_group(context, plan.after);
    result.error = plan.failure;
    return result;
  }
  auto ensured = ensure_group(context, request, plan);
  result.changed = ensured.changed;
  result.error = std::move(ensured.error);
  try {
    result.facts = facts_of_group(context, request.group);
  } catch (const Error& error) {
    if (!result.error) throw;
    context.reporter.warn("what is there now could not be found out: " + error.message(), error.hint());
  }
  return result;
}

}  // namespace nocloud::ansible
