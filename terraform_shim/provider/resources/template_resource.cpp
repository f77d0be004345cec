#include "terraform_shim/provider/resources/template_resource.hpp"

#include <fmt/format.h>

#include "nocloud/base/concatenation.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/template/template_source.hpp"
#include "nocloud/program/data_files.hpp"
#include "nocloud/ssh/keys/image_host_key.hpp"
#include "terraform_shim/provider/resources/making.hpp"

namespace nocloud::terraform {
namespace {

Attribute given(std::string name, std::string description, void (*check)(const Value&) = nullptr) {
  return {.name = std::move(name), .description = std::move(description), .check = check};
}

Attribute described(Attribute attribute, std::string description) {
  attribute.description = std::move(description);
  return attribute;
}

Attribute either(std::string name, std::string description, void (*check)(const Value&)) {
  return {.name = std::move(name),
          .description = std::move(description),
          .source = Attribute::Source::either,
          .check = check};
}

constexpr const char* about_templates =
    "What VMs are cloned from: a disk image that is imported, or built by a recipe. A template that is given "
    "another image moves on to it in place; VMs keep the image they were made from. It can be destroyed once "
    "no VM depends on it. A template of its name that something else made is a conflict; `terraform import` "
    "puts it under the resource, and the data source `nocloud_template` uses it as it is.";

std::vector<Attribute> source_attributes() {
  return {
      name_attribute("The name.", check_text<TemplateName::parse>),
      given("import",
            "A stand-alone disk image on this machine, qcow2 or raw, also packed by gzip, xz or zstd, or "
            "an `https` or `http` URL "
            "to download one from.",
            check_text<disk_source>),
      given("checksum",
            "What the image has to add up to: `sha256:HEX` or `sha512:HEX`, as its publisher shows it. "
            "A download needs one.",
            check_text<Checksum::parse>),
      {.name = "insecure",
       .type = "bool",
       .description = "Take whatever the URL gives, where no checksum is known."},
      given("source_hash",
            "Any text that follows from what is imported, such as `filesha256(\"disk.qcow2\")`: when it "
            "changes, the image is imported anew."),
      given("kernel",
            "With `import` and `initrd`: a kernel that VMs boot directly, past their own boot loader."),
      given("initrd", "Its initial RAM disk."),
      given("cmdline", "Its command line."),
      given("build", "Instead of `import` a recipe to build the image by, as `vmtemplate -l` lists them.")};
}

std::vector<Attribute> guest_attributes() {
  return {
      either("user", "Who may log in to VMs. By default `debian`; a recipe knows its own.",
             check_text<UserName::parse>),
      either("init", "What configures VMs at their first boot: `cloud-init` (the default) or `none`.",
             check_text<guest_init_from>),
      given("host_key", "With `init = \"none\"`: the public SSH host key that the image answers with.",
            check_text<image_host_key_from>),
      described(memory_attribute(), "Memory of its VMs in MB, unless they say otherwise. By default 1024."),
      described(cpus_attribute(), "Number of CPUs of its VMs, unless they say otherwise. By default 1."),
      {.name = "id", .description = "The name.", .source = Attribute::Source::computed},
      {.name = "uuid",
       .description = "libvirt's UUID. Another template of the same name has another one.",
       .source = Attribute::Source::computed},
      {.name = "image",
       .description = "The volume with the image, named by its digest. Null while files of it are gone; "
                      "the next apply makes it again.",
       .source = Attribute::Source::computed}};
}

const Block& template_block() {
  static const Block block{.description = about_templates,
                           .attributes = source_attributes() + guest_attributes()};
  return block;
}

TemplateName template_name(const Value& values) {
  return Fields(values).parsed("name", TemplateName::parse).value();
}

/// Warns where it is not.
bool is_whole(const Session& session, const Template& found) {
  const auto missing = MissingImages(session.context.hypervisor).of(found);
  if (missing.empty()) return true;
  const auto error = broken_template(found, missing);
  session.context.reporter.warn(error.message(), error.hint());
  return false;
}

std::optional<Template> own_template(const Session& session, const TemplateName& name) {
  auto found = session.context.hypervisor.find_template(name);
  if (found && found->owner != session.context.caller) return std::nullopt;
  return found;
}

Value state_of(const Session& session, const Template& found, const Value& known) {
  auto state = known;
  state.update(template_values(session, found));
  state["uuid"] = found.uuid;
  return without_unknowns(state);
}

MakeTemplateRequest import_request(const Session& session, const Fields& fields) {
  return {.name = fields.parsed("name", TemplateName::parse).value(),
          .user = fields.parsed("user", UserName::parse).value_or(UserName::parse("debian")),
          .init = fields.parsed("init", guest_init_from).value_or(GuestInit::cloud_init),
          .host_key = fields.parsed("host_key", image_host_key_from).value_or(""),
          .memory = fields.counted("memory", Memory::of_mib),
          .cpus = fields.counted("cpus", CpuCount::of),
          .keeping = session.keeping};
}

ImportSource source_of(const Fields& fields, IfPresent if_present) {
  ImportSource source{.disk = fields.parsed("import", disk_source).value(),
                      .checksum = fields.parsed("checksum", Checksum::parse),
                      .unchecked = fields.is_set("insecure") ? ImportSource::Unchecked::take
                                                             : ImportSource::Unchecked::refuse,
                      .if_present = if_present};
  if (const auto kernel = fields.parsed("kernel", user_path)) {
    source.kernel = {.kernel = *kernel,
                     .initrd = fields.parsed("initrd", user_path).value(),
                     .command_line = fields.text("cmdline").value_or("")};
  }
  return source;
}

BuildRequest build_request(const Session& session, const Fields& fields, IfPresent if_present) {
  return {.name = fields.parsed("name", TemplateName::parse).value(),
          .recipe = fields.text("build").value(),
          .data = installed_data_folder(),
          .memory = fields.counted("memory", Memory::of_mib),
          .cpus = fields.counted("cpus", CpuCount::of),
          .if_present = if_present,
          .keeping = session.keeping};
}

/// What is wrong with the attributes together, if anything is.
std::string conflict_in(const Fields& config) {
  const auto set = [&](std::string_view name) { return !config.raw(name).is_null(); };
  if (set("import") == set("build")) return "either import or build has to say where the image comes from";
  if (set("kernel") != set("initrd")) return "kernel and initrd go together";
  if (set("cmdline") && !set("kernel")) return "cmdline goes with kernel and initrd";
  if (set("build") && (set("kernel") || set("user") || set("init") || set("host_key") || set("source_hash") ||
                       set("checksum") || set("insecure"))) {
    return "kernel, user, init, host_key, source_hash, checksum and insecure go with import: a recipe has "
           "its "
           "own";
  }
  if (looks_like_url(config.text("import").value_or("")) && !set("checksum") && !set("insecure")) {
    return "an import from a URL needs its checksum; insecure takes whatever comes";
  }
  if (set("checksum") && set("insecure")) return "checksum and insecure exclude each other";
  if (set("host_key") && config.text("init").value_or("") != "none" && is_wholly_known(config.raw("init"))) {
    return "host_key goes with init = \"none\": other VMs have keys of their own";
  }
  if (config.text("init") == "none" && !set("host_key")) {
    return "init = \"none\" needs host_key: VMs can only be verified by the key in the image";
  }
  return {};
}

class TemplateResource final : public Resource {
 public:
  const Block& schema() const override { return template_block(); }

  Diagnostics check(const Fields& config) const override {
    auto conflict = conflict_in(config);
    if (conflict.empty()) return {};
    return {{.summary = std::move(conflict), .path = Path::to("import")}};
  }

  std::vector<Thing> things(const Value& values) const override {
    const auto name = Fields(values).text("name");
    if (!name) return {};
    return {{.kind = Thing::Kind::source, .name = *name, .uuid = Identity::in(values).uuid}};
  }

  void refine(const Session* /*session*/, Plan& plan) const override {
    plan.planned["id"] = plan.planned["name"];
    if (plan.creates()) return;
    const bool unfinished = plan.prior["image"].is_null();  // or broken
    for (const auto* source : {"import", "build", "checksum", "source_hash", "kernel", "initrd"}) {
      if (unfinished || plan.changes(source)) plan.planned["image"] = unknown();
    }
  }

  Value read(const Session& session, const Value& state) const override {
    const auto found = own_template(session, template_name(state));
    if (!found) return nullptr;
    const Thing thing{.kind = Thing::Kind::source, .name = found->name.str(), .uuid = found->uuid};
    return is_the_one(state, thing, found->unconfirmed) ? state_of(session, *found, state) : Value();
  }

  Outcome create(const Session& session, const Value& planned) const override {
    const Fields fields(planned);
    if (fields.has("import")) {
      auto forecast = import_request(session, fields);
      forecast.effect = MakeTemplateRequest::Effect::dry_run;
      const auto present = own_template(session, forecast.name);
      const auto change = import_template(session.context, forecast, source_of(fields, IfPresent::keep));
      if (present && present->complete && change == TemplateChange::updated) throw exists(forecast.name);
    }
    const auto made = made_by_run(session, planned);
    return make(session, made, made, IfPresent::keep);
  }

  Outcome update(const Session& session, const Value& prior, const Value& planned) const override {
    if (read(session, prior).is_null()) refuse_vanished(things(prior).front());
    return make(session, prior, planned, IfPresent::renew);
  }

  void destroy(const Session& session, const Value& prior) const override {
    const auto name = template_name(prior);
    if (read(session, prior).is_null()) return;
    try {
      delete_template(session.context, name);
    } catch (const Error& error) {  // another run was first
      if (error.kind() != ErrorKind::not_found) throw;
    }
  }

  Value import(const Session& session, std::string_view id) const override {
    const auto name = while_doing("the id", [&] { return TemplateName::parse(id); });
    if (const auto found = own_template(session, name)) return state_of(session, *found, schema().defaults());
    throw Error(ErrorKind::not_found, fmt::format("there is no template {} of yours", cited(id)),
                "`vmtemplate -l` shows those there are.");
  }

 private:
  static Error exists(const TemplateName& name) {
    return {ErrorKind::conflict, fmt::format("template {} exists already, made otherwise", cited(name.str())),
            fmt::format("`terraform import ADDRESS {}` has it changed; `vmtemplate -d {}` removes it.", name,
                        name)};
  }

  Outcome make(const Session& session, const Value& before, const Value& planned,
               IfPresent if_present) const {
    const Fields fields(planned);
    try {
      if (fields.has("import")) {
        import_template(session.context, import_request(session, fields), source_of(fields, if_present));
      } else {
        build_template(session.context, build_request(session, fields, if_present));
      }
      auto made = read(session, planned);
      if (made.is_null()) refuse_vanished(things(planned).front());
      return {.state = std::move(made)};
    } catch (const Error& error) {
      auto found = found_after_failure(session, before, [&] { return read(session, before); });
      return {.state = std::move(found), .error = error};
    }
  }
};

}  // namespace

std::vector<Attribute> template_found_attributes() {
  const auto found = [](std::string name, std::string description, Value type = "string") {
    return Attribute{.name = std::move(name),
                     .type = std::move(type),
                     .description = std::move(description),
                     .source = Attribute::Source::computed};
  };
  return {found("id", "The name."),
          found("user", "Who may log in to VMs."),
          found("init", "What configures VMs at their first boot: `cloud-init` or `none`."),
          found("memory", "What VMs get in MB unless they say otherwise.", "number"),
          found("cpus", "How many CPUs VMs get unless they say otherwise.", "number"),
          found("image", "The volume with the image, named by its digest. Null while files of it are gone.")};
}

Value template_values(const Session& session, const Template& found) {
  const bool whole = found.complete && is_whole(session, found);
  return {{"id", found.name.str()},
          {"name", found.name.str()},
          {"user", found.user.str()},
          {"init", word_for(found.init)},
          {"memory", found.memory.mib()},
          {"cpus", found.cpus.count()},
          {"image", whole ? Value(found.base.str()) : Value()}};
}

std::unique_ptr<Resource> template_resource() {
  return std::make_unique<TemplateResource>();
}

}  // namespace nocloud::terraform
