#include "provisioner/template/template_session.hpp"

#include <fmt/format.h>

#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "provisioner/request/naming.hpp"
#include "provisioner/request/question.hpp"

namespace nocloud {
namespace {

/// An emulated guest on a busy host takes its time; a template whose power was cut is no good.
constexpr auto time_to_power_off = std::chrono::minutes(10);

std::optional<VmName> vm_name_from(const Context& context, const Invocation& invocation,
                                   std::string_view word) {
  try {
    return name_on(context, invocation, word);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_input) throw;
    return std::nullopt;  // a template's name may be none
  }
}

bool keeps(const Call& call, const TemplateName& name, int status) {
  if (call.stop.stop_requested()) return false;
  if (!call.invocation.words().empty() || !can_ask()) return status == 0;
  return agrees(fmt::format("Is this what template {} is to be from now on?", cited(name.str())), call.stop);
}

}  // namespace

std::optional<TemplateName> template_meant(const Invocation& invocation, const Context& context) {
  const auto word = invocation.value("name").value_or("");
  const auto group = invocation.parsed("group", GroupName::parse);
  if (group && *group != templates_group()) return std::nullopt;
  const auto vm_name = vm_name_from(context, invocation, word);
  const auto vm = vm_name ? context.hypervisor.find_vm(*vm_name) : std::nullopt;
  if (vm && !group) return template_in_change(*vm);
  const auto name = invocation.parsed("name", TemplateName::parse).value();
  if (group || context.hypervisor.find_template(name)) return name;
  return std::nullopt;
}

int change_template(const Call& call, const Context& context, const ChangeTemplateRequest& request) {
  TemplateInChange change(context, request);
  const int status = run_attached(ssh_session(context, change.vm(), call.invocation.words()), call.stop);
  const auto& vm = change.vm().vm.name;
  if (!keeps(call, request.name, status)) {
    context.reporter.warn(fmt::format("template {} is as it was; VM {} has what was changed",
                                      cited(request.name.str()), cited(vm.str())),
                          fmt::format("`vm -n {0}` goes on with it; `vmstop -d {0}` drops it.", vm));
    return call.stop.stop_requested() ? static_cast<int>(ErrorKind::interrupted) : status;
  }
  const auto kept = while_doing(fmt::format("template {} is as it was, and VM {} has what was changed",
                                            cited(request.name.str()), cited(vm.str())),
                                [&] { return change.keep(time_to_power_off); });
  context.reporter.step(request.name.str(), kept == TemplateChange::none ? "unchanged" : "changed");
  return 0;
}

}  // namespace nocloud
