#include "ansible_collection/src/template_module.hpp"

#include <fmt/format.h>

#include "ansible_collection/src/shared_arguments.hpp"
#include "nocloud/app/names/catalogue_places.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/template/published_template.hpp"
#include "nocloud/ops/template/template_from_vm.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "nocloud/program/data_files.hpp"
#include "nocloud/ssh/keys/image_host_key.hpp"

namespace nocloud::ansible {
namespace {

MakeTemplateRequest request_from(const ModuleCall& call, const TemplateName& name) {
  const auto& arguments = call.task.arguments;
  MakeTemplateRequest request{.name = name,
                              .user = arguments.parsed("user", UserName::parse).value(),
                              .init = arguments.parsed("init", guest_init_from).value(),
                              .host_key = arguments.parsed("host_key", image_host_key_from).value_or(""),
                              .memory = arguments.parsed("memory", Memory::parse),
                              .cpus = arguments.counted("cpus", CpuCount::of)};
  if (request.init != GuestInit::none && arguments.has("host_key")) {
    throw Error(ErrorKind::usage, "host_key goes with init=none: other VMs have keys of their own");
  }
  if (call.only_checks()) request.effect = MakeTemplateRequest::Effect::dry_run;
  return request;
}

ImportSource source_from(const Arguments& arguments) {
  ImportSource source{.disk = arguments.parsed("import", disk_source).value(),
                      .checksum = arguments.parsed("checksum", Checksum::parse),
                      .unchecked = arguments.is_set("insecure") ? ImportSource::Unchecked::take
                                                                : ImportSource::Unchecked::refuse,
                      .if_present = IfPresent::keep};
  if (const auto kernel = arguments.parsed("kernel", user_path)) {
    source.kernel = {.kernel = *kernel,
                     .initrd = arguments.parsed("initrd", user_path).value(),
                     .command_line = arguments.text("cmdline").value_or("")};
  } else if (arguments.has("cmdline")) {
    throw Error(ErrorKind::usage, "cmdline goes with kernel and initrd");
  }
  return source;
}

TemplateChange build(const ModuleCall& call, const TemplateName& name) {
  return build_template(call.context, {.name = name,
                                       .recipe = *call.task.arguments.text("build"),
                                       .data = installed_data_folder(),
                                       .memory = call.task.arguments.parsed("memory", Memory::parse),
                                       .cpus = call.task.arguments.counted("cpus", CpuCount::of),
                                       .if_present = IfPresent::keep});
}

PublishedImage published_image(const Arguments& arguments) {
  const auto places = catalogue_places(installed_data_folder(), find_caller());
  const auto catalogue = read_catalogues(places, arguments.text("mirror"));
  const auto found = catalogue.find(arguments.parsed("published", TemplateName::parse).value());
  if (found != catalogue.end()) return found->second;
  throw Error(ErrorKind::not_found,
              fmt::format("there is no published image {}", cited(*arguments.text("published"))),
              "`vmtemplate -l` on the target shows those there are.");
}

TemplateChange download(const ModuleCall& call, const TemplateName& name) {
  const auto& arguments = call.task.arguments;
  return import_published(call.context, {.name = name,
                                         .image = published_image(arguments),
                                         .memory = arguments.parsed("memory", Memory::parse),
                                         .cpus = arguments.counted("cpus", CpuCount::of),
                                         .if_present = IfPresent::keep});
}

TemplateChange copy(const ModuleCall& call, const TemplateName& name) {
  using Request = TemplateFromVmRequest;
  const auto& arguments = call.task.arguments;
  return template_from_vm(
      call.context,
      {.vm = arguments.parsed("from_vm", VmName::parse).value(),
       .name = name,
       .memory = arguments.parsed("memory", Memory::parse),
       .cpus = arguments.counted("cpus", CpuCount::of),
       .shape = arguments.is_set("flat") ? Request::Shape::flat : Request::Shape::layer,
       .identity = arguments.is_set("seal") ? Request::Identity::strip : Request::Identity::keep,
       .effect =
           call.only_checks() ? MakeTemplateRequest::Effect::dry_run : MakeTemplateRequest::Effect::real});
}

/// By anything but an import: one that is there is left as it is.
TemplateChange make(const ModuleCall& call, const TemplateName& name) {
  if (keeps_present(call.context, name, IfPresent::keep)) return TemplateChange::none;
  if (call.task.arguments.has("from_vm")) return copy(call, name);
  if (call.only_checks()) {
    const auto present = call.context.hypervisor.find_template(name);
    return present && present->complete ? TemplateChange::repaired : TemplateChange::created;
  }
  return call.task.arguments.has("published") ? download(call, name) : build(call, name);
}

void check_company(const Arguments& arguments) {
  if ((arguments.is_set("seal") || arguments.is_set("flat")) && !arguments.has("from_vm"))
    throw Error(ErrorKind::usage, "seal and flat go with from_vm");
  if (arguments.has("mirror") && !arguments.has("published"))
    throw Error(ErrorKind::usage, "mirror goes with published");
}

ModuleResult make_absent(const ModuleCall& call, const TemplateName& name) {
  const bool there = deletable_template(call.context, name).has_value();
  if (there && !call.only_checks()) delete_template(call.context, name);
  return {.changed = there,
          .facts = {{"name", name.str()}, {"state", "absent"}},
          .diff = Diff{.subject = fmt::format("template {}", name),
                       .before = there ? "state: present\n" : "state: absent\n",
                       .after = "state: absent\n"}};
}

std::string_view state_before(TemplateChange change) {
  switch (change) {
    case TemplateChange::created:
      return "state: absent\n";
    case TemplateChange::updated:
      return "state: present, with another image or other settings\n";
    case TemplateChange::repaired:
      return "state: present, without its image\n";
    case TemplateChange::none:
      break;
  }
  return "state: present\n";
}

}  // namespace

ModuleResult run_template(const ModuleCall& call) {
  const auto& arguments = call.task.arguments;
  check_company(arguments);
  const auto name = arguments.parsed("name", TemplateName::parse).value();
  if (arguments.text("state") == "absent") return make_absent(call, name);
  const auto change = arguments.has("import")
                          ? import_template(call.context, request_from(call, name), source_from(arguments))
                          : make(call, name);
  return {.changed = change != TemplateChange::none,
          .facts = {{"name", name.str()}, {"state", "present"}},
          .diff = Diff{.subject = fmt::format("template {}", name),
                       .before = std::string(state_before(change)),
                       .after = "state: present\n"}};
}

}  // namespace nocloud::ansible
