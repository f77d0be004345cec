#include "nocloud/ops/template/make_template.hpp"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/known_file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/ownership.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/vm/image_use.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"

namespace nocloud {
namespace {

/// What the request leaves open stays as it was.
Template template_for(const Context& context, const MakeTemplateRequest& request, const VolumeName& base,
                      const std::optional<DirectBoot>& boot, const std::optional<Template>& present) {
  Template made{.name = request.name,
                .owner = context.caller,
                .base = base,
                .user = request.user,
                .init = request.init,
                .host_key = request.host_key,
                .boot = boot,
                .origin = request.origin};
  if (request.keeping) made.unconfirmed = request.keeping->run;
  if (present) {
    made.memory = present->memory;
    made.cpus = present->cpus;
    made.disk = present->disk;
  }
  if (request.memory) made.memory = *request.memory;
  if (request.cpus) made.cpus = *request.cpus;
  return made;
}

std::optional<DirectBoot> boot_of(const std::optional<VerifiedImage::Kernel>& kernel) {
  if (!kernel) return std::nullopt;
  return DirectBoot{
      .kernel = kernel->kernel.volume, .initrd = kernel->initrd.volume, .command_line = kernel->command_line};
}

TemplateChange change_from(Hypervisor& hypervisor, const std::optional<Template>& present, Template wanted) {
  if (!present) return TemplateChange::created;
  wanted.complete = true;
  wanted.unconfirmed = present->unconfirmed;
  wanted.uuid = present->uuid;
  wanted.incoming = present->incoming;
  if (*present != wanted) return TemplateChange::updated;
  return MissingImages(hypervisor).of(*present).empty() ? TemplateChange::none : TemplateChange::repaired;
}

/// Gives a template its record back, or takes a new one away, unless what was to be stored is there.
class UnfinishedTemplate {
 public:
  UnfinishedTemplate(const Context& context, const TemplateName& name, std::optional<Template> before)
      : context_(context), name_(name), before_(std::move(before)) {}
  ~UnfinishedTemplate() {
    if (kept_) return;
    try {
      if (before_) {
        before_->incoming.clear();
        context_.hypervisor.redefine_template(*before_);
      } else {
        context_.hypervisor.undefine_template(name_);
      }
      remove_unused_images(context_);
    } catch (const Error& error) {
      context_.reporter.warn(
          fmt::format("what was made of template {} could not be taken back: {}", name_, error.message()),
          "The same command, run again, completes it; `vmtemplate -d` removes it.");
    }
  }
  UnfinishedTemplate(const UnfinishedTemplate&) = delete;
  UnfinishedTemplate& operator=(const UnfinishedTemplate&) = delete;

  void keep() { kept_ = true; }

 private:
  const Context& context_;
  const TemplateName& name_;
  std::optional<Template> before_;
  bool kept_ = false;
};

/// For those that are not there yet.
void check_room(const Context& context, const std::vector<ImageFile>& files) {
  std::uint64_t bytes = 0;
  for (const auto& file : files) {
    std::error_code missing;  // told when the file is opened
    const auto size = std::filesystem::file_size(file.path, missing);
    if (!missing && !context.hypervisor.find_volume(file.volume)) bytes += size;
  }
  if (bytes > 0) require_room(context, bytes, "the image needs");
}

/// What the record says while the files are stored. A template that is whole stays so until the new one is.
Template meanwhile(Hypervisor& hypervisor, const Template& wanted, const std::optional<Template>& present) {
  auto record = wanted;
  record.complete = false;
  if (!present || !present->complete || !MissingImages(hypervisor).of(*present).empty()) return record;
  record = *present;
  record.incoming = {wanted.base};
  if (wanted.boot) {
    record.incoming.push_back(wanted.boot->kernel);
    record.incoming.push_back(wanted.boot->initrd);
  }
  return record;
}

/// From then on what the record names is in use.
void record_template(const Context& context, const Template& record, const std::optional<Template>& present) {
  const auto held = share_image_use(context);
  if (present) {
    context.hypervisor.redefine_template(record);
  } else {
    context.hypervisor.define_template(record);
  }
}

/// Another user's run may have removed the images since: no lock holds between users (see image_use.hpp).
void require_images(Hypervisor& hypervisor, const Template& made) {
  if (MissingImages(hypervisor).of(made).empty()) return;
  throw Error(
      ErrorKind::conflict,
      fmt::format("another user's run removed the image of template {} meanwhile", cited(made.name.str())),
      "Run the command again.");
}

/// Ends what a run that was killed has left of an update.
void end_update(const Context& context, Template present) {
  if (!std::exchange(present.incoming, {}).empty()) context.hypervisor.redefine_template(present);
  remove_unused_images(context);
}

Error no_such_template(const TemplateName& name) {
  return {ErrorKind::not_found, fmt::format("there is no template {}", cited(name.str())),
          "`vmtemplate -l` shows those there are."};
}

}  // namespace

std::string_view word_for(TemplateChange change) {
  switch (change) {
    case TemplateChange::none:
      return "already there";
    case TemplateChange::created:
      return "created";
    case TemplateChange::updated:
      return "updated";
    case TemplateChange::repaired:
      return "repaired";
  }
  return "";
}

FileLock lock_template(const Context& context, const TemplateName& name) {
  return context.locks.acquire(name.str() + ".template", context.stop, {}, template_work);
}

std::optional<Template> own_template(const Context& context, const TemplateName& name,
                                     std::string_view hint) {
  auto present = context.hypervisor.find_template(name);
  if (present && present->owner != context.caller) {
    throw another_owner("template " + cited(name.str()), present->owner, context.caller, hint);
  }
  return present;
}

Template require_own_template(const Context& context, const TemplateName& name, std::string_view hint) {
  auto present = own_template(context, name, hint);
  if (present && present->complete) return *std::move(present);
  throw no_such_template(name);
}

TemplateChange put_template(const Context& context, Template wanted, const std::optional<Template>& present,
                            const std::vector<ImageFile>& files, MakeTemplateRequest::Effect effect) {
  auto& hypervisor = context.hypervisor;
  const auto change = change_from(hypervisor, present, wanted);
  if (effect == MakeTemplateRequest::Effect::dry_run) return change;
  if (change == TemplateChange::none) {
    end_update(context, *present);
    return change;
  }
  check_room(context, files);
  if (present) wanted.unconfirmed = present->unconfirmed;
  // Named first, so that nothing that is stored from here on is ever without a name.
  record_template(context, meanwhile(hypervisor, wanted, present), present);
  UnfinishedTemplate unfinished(context, wanted.name, present);
  const auto images = while_doing(fmt::format("storing template {}", cited(wanted.name.str())),
                                  [&] { return store_images(context, files); });
  wanted.complete = true;
  hypervisor.redefine_template(wanted);
  require_images(hypervisor, wanted);
  unfinished.keep();
  if (present) remove_unused_images(context);
  return change;
}

TemplateChange make_template(const Context& context, const MakeTemplateRequest& request,
                             const VerifiedImage& image) {
  std::vector<ImageFile> files{image.disk};
  if (image.kernel) files.insert(files.end(), {image.kernel->kernel, image.kernel->initrd});
  const auto held = lock_template(context, request.name);
  const auto present = own_template(context, request.name);
  if (present && request.keeping) {
    check_known(*request.keeping, present->uuid, fmt::format("template {}", cited(request.name.str())));
  }
  return put_template(context,
                      template_for(context, request, image.disk.volume, boot_of(image.kernel), present),
                      present, files, request.effect);
}

TemplateChange foresee_template(const Context& context, const MakeTemplateRequest& request,
                                const std::optional<VerifiedImage::Kernel>& kernel) {
  const auto present = own_template(context, request.name);
  if (!present) return TemplateChange::created;
  return change_from(context.hypervisor, present,
                     template_for(context, request, present->base, boot_of(kernel), present));
}

std::vector<VmName> dependants_of(const Context& context, const TemplateName& name) {
  std::vector<VmName> names;
  for (const auto& vm : context.hypervisor.vms()) {
    if (vm.template_name == name && vm.base) names.push_back(vm.name);
  }
  return names;
}

namespace {

/// Unless its disk is known to lie over another image.
bool may_stand_on(Hypervisor& hypervisor, const Unreadable& vm, const VolumeName& base) {
  try {
    std::set<VolumeName> below;
    add_with_bases(hypervisor, overlay_of(VmName::parse(vm.name)), below);
    return below.size() < 2 || below.contains(base);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_input) throw;
    return true;  // its name is none that we would give
  }
}

void refuse_unreadable_dependants(const Context& context, const Template& source) {
  for (const auto& found : context.hypervisor.unreadable({})) {
    if (found.kind != Unreadable::Kind::vm || !may_stand_on(context.hypervisor, found, source.base)) continue;
    throw Error(ErrorKind::conflict,
                fmt::format("template {} may be in use: {}", cited(source.name.str()), found.error.message()),
                found.error.hint());
  }
}

}  // namespace

std::optional<Template> deletable_template(const Context& context, const TemplateName& name) {
  auto present = own_template(context, name, "Its owner removes it, by the same command.");
  if (!present) return std::nullopt;
  std::vector<std::string> dependants;
  for (const auto& vm : dependants_of(context, name)) dependants.push_back(vm.str());
  if (!dependants.empty()) {
    throw Error(ErrorKind::conflict,
                fmt::format("template {} is in use by {}", cited(name.str()), enumerated(dependants)),
                "Remove them first: `vmstop -d NAME…`.");
  }
  refuse_unreadable_dependants(context, *present);
  return present;
}

namespace {

/// False if it is not there.
bool undefine_unused(const Context& context, const TemplateName& name) {
  const auto held = lock_image_use(context);
  if (!deletable_template(context, name)) return false;
  forget_known(context.runtime_folder, context.hypervisor.place().uri);
  return context.hypervisor.undefine_template(name);
}

}  // namespace

void require_deletable_template(const Context& context, const TemplateName& name) {
  if (!deletable_template(context, name)) throw no_such_template(name);
}

void delete_template(const Context& context, const TemplateName& name) {
  const auto held = lock_template(context, name);
  const bool there = undefine_unused(context, name);
  remove_unused_images(context);  // also where a removal that was killed has not come to this
  if (!there) throw no_such_template(name);
}

}  // namespace nocloud
