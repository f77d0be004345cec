#include "ansible_collection/src/vm_module.hpp"

#include <fmt/format.h>

#include "ansible_collection/src/shared_arguments.hpp"
#include "ansible_collection/src/vm_facts.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/ensure_vm.hpp"

namespace nocloud::ansible {
namespace {

using State = EnsureRequest::State;

State state_from(std::string_view word) {
  if (word == "absent") return State::absent;
  if (word == "present") return State::present;
  if (word == "started") return State::started;
  if (word == "stopped") return State::stopped;
  if (word == "restarted") return State::restarted;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no state", cited(word)),
              "Say present, started, stopped, restarted or absent.");
}

EnsureRequest request_from(const ModuleCall& call) {
  const auto& arguments = call.task.arguments;
  EnsureRequest request{.name = arguments.parsed("name", VmName::parse).value(),
                        .state = arguments.parsed("state", state_from).value_or(State::started),
                        .group = arguments.parsed("group", GroupName::parse),
                        .type = arguments.parsed("type", TypeName::parse),
                        .template_name = arguments.parsed("template", TemplateName::parse),
                        .memory = arguments.parsed("memory", Memory::parse),
                        .cpus = arguments.counted("cpus", CpuCount::of),
                        .networks = networks_of(call),
                        .virt_type = virt_type_of(call),
                        .user_data = user_data_of(call),
                        .defaults = defaults_of(call),
                        .wait = wait_of(call),
                        .timeout = timeout_of(call)};
  if (const auto disks = arguments.texts("disks")) request.disks = disks_from(*disks);
  if (arguments.is_set("recreate")) request.misfit = Misfit::recreate;
  return request;
}

nlohmann::json facts_of_absent(const VmName& name) {
  return {{"name", name.str()}, {"state", "absent"}};
}

}  // namespace

ModuleResult run_vm(const ModuleCall& call) {
  const auto& context = call.context;
  const auto request = request_from(call);
  const auto plan = plan_ensure(context, request);
  for (const auto& text : plan.tolerated) {
    context.reporter.warn(fmt::format("VM {}: {}", request.name, text), "");
  }
  if (plan.has(VmStep::remove) && plan.has(VmStep::create)) {
    context.reporter.warn(fmt::format("VM {} is made anew; what is on its disks is lost", request.name), "");
  }
  ModuleResult result{.changed = !plan.steps.empty(),
                      .facts = facts_of_absent(request.name),
                      .diff = Diff{.subject = fmt::format("VM {}", request.name),
                                   .before = diff_text(plan.before),
                                   .after = diff_text(plan.after)}};
  if (call.only_checks()) {
    if (plan.after) result.facts = foreseen_facts(context, *plan.after);
    result.error = plan.failure;
    if (plan.failure) result.facts = nlohmann::json::object();
    return result;
  }
  const auto ensured = ensure_vm(context, request, plan);
  result.changed = ensured.changed;
  result.error = ensured.error;
  if (ensured.error) result.facts = nlohmann::json::object();
  if (ensured.located) result.facts = vm_json(*ensured.located);
  return result;
}

}  // namespace nocloud::ansible
