#include "nocloud/ops/make_template.hpp"

#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/known_file.hpp"
#include "nocloud/ops/missing_images.hpp"
#include "nocloud/ops/ownership.hpp"
#include "nocloud/ops/remove_vm.hpp"
#include "nocloud/ops/room.hpp"

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
  if (*present != wanted) return TemplateChange::updated;
  return MissingImages(hypervisor).of(*present).empty() ? TemplateChange::none : TemplateChange::repaired;
}

/// Whether a complete template or VM vouches for the content of an image volume.
class Vouchers {
 public:
  explicit Vouchers(Hypervisor& hypervisor) {
    hypervisor.refresh_volumes();  // a layer that has just been stored, too, leads to its base
    for (const auto& source : hypervisor.templates()) {
      if (source.complete) trust(hypervisor, source.base, source.boot);
    }
    for (const auto& vm : hypervisor.vms()) {
      if (vm.complete) trust(hypervisor, vm.base, vm.boot);
    }
  }
  bool vouch_for(const VolumeName& volume) const { return volumes_.contains(volume); }

 private:
  void trust(Hypervisor& hypervisor, const std::optional<VolumeName>& base,
             const std::optional<DirectBoot>& boot) {
    if (base && !volumes_.contains(*base)) add_with_bases(hypervisor, *base, volumes_);
    if (boot) volumes_.insert({boot->kernel, boot->initrd});
  }

  std::set<VolumeName> volumes_;
};

/// Gives locks on the images, to be held until the template is complete: whoever wants one of them, too, must
/// find somebody who vouches for it, or would fill it anew below the template.
std::vector<FileLock> store_files(const Context& context, const std::vector<ImageFile>& files) {
  std::vector<FileLock> held;
  held.reserve(files.size());
  for (const auto& file : files) {
    held.push_back(context.locks.acquire(file.volume.str(), context.stop, {}, template_work));
  }
  const Vouchers vouchers(context.hypervisor);
  for (const auto& file : files) {
    store_image(context.hypervisor, file, vouchers.vouch_for(file.volume), context.stop);
  }
  return held;
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
  throw Error(ErrorKind::not_found, fmt::format("there is no template {}", cited(name.str())),
              "`vmtemplate -l` shows those there are.");
}

TemplateChange put_template(const Context& context, Template wanted, const std::optional<Template>& present,
                            const std::vector<ImageFile>& files, MakeTemplateRequest::Effect effect) {
  auto& hypervisor = context.hypervisor;
  const auto change = change_from(hypervisor, present, wanted);
  if (effect == MakeTemplateRequest::Effect::dry_run) return change;
  if (change == TemplateChange::none) {
    remove_unused_images(context);  // a run that was killed may not have come to this
    return change;
  }
  check_room(context, files);
  // Named first, so that nothing that is stored from here on is ever without a name.
  wanted.complete = false;
  if (present) {
    wanted.unconfirmed = present->unconfirmed;
    hypervisor.redefine_template(wanted);
  } else {
    hypervisor.define_template(wanted);
  }
  UnfinishedTemplate unfinished(context, wanted.name, present);
  const auto images = while_doing(fmt::format("storing template {}", cited(wanted.name.str())),
                                  [&] { return store_files(context, files); });
  wanted.complete = true;
  hypervisor.redefine_template(wanted);
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

std::optional<Template> deletable_template(const Context& context, const TemplateName& name) {
  auto present = own_template(context, name, {});
  if (!present) return std::nullopt;
  std::vector<std::string> dependants;
  for (const auto& vm : dependants_of(context, name)) dependants.push_back(vm.str());
  if (!dependants.empty()) {
    throw Error(ErrorKind::conflict,
                fmt::format("template {} is in use by {}", cited(name.str()), enumerated(dependants)),
                "Remove them first: `vmstop -d NAME…`.");
  }
  return present;
}

void delete_template(const Context& context, const TemplateName& name) {
  const auto held = lock_template(context, name);
  if (!deletable_template(context, name)) {
    remove_unused_images(context);  // a removal that was killed may not have come to this
    throw Error(ErrorKind::not_found, fmt::format("there is no template {}", cited(name.str())));
  }
  forget_known(context.runtime_folder, context.hypervisor.place().uri);
  context.hypervisor.undefine_template(name);
  remove_unused_images(context);
}

}  // namespace nocloud
