#include "nocloud/ops/template/change_template.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/disk/seal.hpp"
#include "nocloud/ops/converge/instantiate.hpp"
#include "nocloud/ops/template/template_from_vm.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/stop.hpp"

namespace nocloud {
namespace {

/// With more layers a read of what was there from the beginning looks into too many files.
constexpr std::size_t most_layers = 8;

FileLock claim_change(const Context& context, const TemplateName& name) {
  return context.locks.acquire(fmt::format("change={}", name), context.stop, [&] {
    throw Error(ErrorKind::conflict, fmt::format("template {} is being changed", cited(name.str())),
                "End that first: leave its shell, or wait for its command.");
  });
}

Template changeable(const Context& context, const TemplateName& name) {
  auto found = require_own_template(context, name, "Only its owner can change it.");
  // Better now than after an hour's work.
  if (found.init == GuestInit::cloud_init) require_seal();
  return found;
}

LocatedVm opened(const Context& context, const ChangeTemplateRequest& request) {
  auto results = instantiate(context, {.vms = {{.name = template_vm(request.name),
                                                .group = templates_group(),
                                                .type = TypeName::parse("default"),
                                                .template_name = request.name}},
                                       .networks = request.networks,
                                       .virt_type = request.virt_type,
                                       .timeout = request.timeout});
  if (const auto error = first_error(results)) throw Error(*error);
  for (const auto& difference : results.front().differences) {
    context.reporter.warn(fmt::format("VM {}: {}", results.front().name, difference.text), "");
  }
  return *std::move(results.front().located);
}

bool has_many_layers(const Context& context, const std::optional<VolumeName>& base) {
  std::set<VolumeName> volumes;
  if (base) add_with_bases(context.hypervisor, *base, volumes);
  return volumes.size() >= most_layers;
}

}  // namespace

TemplateInChange::TemplateInChange(const Context& context, const ChangeTemplateRequest& request)
    : context_(context),
      claim_(claim_change(context, request.name)),
      template_(changeable(context, request.name)),
      vm_(opened(context, request)) {}

TemplateChange TemplateInChange::keep(std::chrono::seconds grace) {
  using Request = TemplateFromVmRequest;
  const auto& name = vm_.vm.name;
  power_off(context_, name, grace);
  const bool strips = template_.init == GuestInit::cloud_init;
  const auto change = template_from_vm(
      context_,
      {.vm = name,
       .name = template_.name,
       .memory = template_.memory,
       .cpus = template_.cpus,
       .shape = has_many_layers(context_, vm_.vm.base) ? Request::Shape::flat : Request::Shape::layer,
       .identity = strips ? Request::Identity::strip : Request::Identity::keep});
  throw_first(remove(context_, {vm_.vm}));
  return change;
}

std::optional<TemplateName> template_in_change(const Vm& vm) {
  return vm.group == templates_group() ? std::optional(vm.template_name) : std::nullopt;
}

}  // namespace nocloud
