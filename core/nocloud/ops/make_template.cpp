#include "nocloud/ops/make_template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/remove_vm.hpp"

namespace nocloud {
namespace {

constexpr std::string_view choose_another = "Choose another name with -n.";

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

TemplateChange change_from(const std::optional<Template>& present, Template wanted) {
  wanted.complete = true;
  if (!present) return TemplateChange::created;
  return *present == wanted ? TemplateChange::none : TemplateChange::updated;
}

/// Whether a complete template vouches for the content of an image volume.
class Vouchers {
 public:
  explicit Vouchers(const std::vector<Template>& templates) {
    for (const auto& source : templates) {
      if (!source.complete) continue;
      volumes_.push_back(source.base);
      if (source.boot) volumes_.insert(volumes_.end(), {source.boot->kernel, source.boot->initrd});
    }
  }
  bool trust(const VolumeName& volume) const {
    return std::find(volumes_.begin(), volumes_.end(), volume) != volumes_.end();
  }

 private:
  std::vector<VolumeName> volumes_;
};

/// Gives locks on the images, to be held until the template is complete: whoever wants one of them, too, must
/// find somebody who vouches for it, or would fill it anew below the template.
std::vector<FileLock> store_files(const Context& context, const VerifiedImage& image) {
  std::vector<const ImageFile*> files{&image.disk};
  if (image.kernel) files.insert(files.end(), {&image.kernel->kernel, &image.kernel->initrd});
  std::vector<FileLock> held;
  held.reserve(files.size());
  for (const auto* file : files) held.push_back(context.locks.acquire(file->volume.str(), context.stop));
  const Vouchers vouchers(context.hypervisor.templates());
  for (const auto* file : files) {
    store_image(context.hypervisor, *file, vouchers.trust(file->volume), context.stop);
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

}  // namespace

FileLock lock_template(const Context& context, const TemplateName& name) {
  return context.locks.acquire(name.str() + ".template", context.stop);
}

std::optional<Template> own_template(const Context& context, const TemplateName& name,
                                     std::string_view hint) {
  auto present = context.hypervisor.find_template(name);
  if (present && present->owner != context.caller) {
    throw Error(ErrorKind::conflict,
                fmt::format("template {} belongs to {}", cited(name.str()), printable(present->owner.str())),
                std::string(hint));
  }
  return present;
}

TemplateChange make_template(const Context& context, const MakeTemplateRequest& request,
                             const VerifiedImage& image) {
  auto& hypervisor = context.hypervisor;
  const auto held = lock_template(context, request.name);
  const auto present = own_template(context, request.name, choose_another);
  auto wanted = template_for(context, request, image.disk.volume, boot_of(image.kernel), present);
  const auto change = change_from(present, wanted);
  if (request.effect == MakeTemplateRequest::Effect::dry_run) return change;
  if (change == TemplateChange::none) {
    remove_unused_images(context);  // a run that was killed may not have come to this
    return change;
  }
  // Named first, so that nothing that is stored from here on is ever without a name.
  if (present) {
    hypervisor.redefine_template(wanted);
  } else {
    hypervisor.define_template(wanted);
  }
  UnfinishedTemplate unfinished(context, request.name, present);
  const auto images = while_doing(fmt::format("storing template {}", cited(request.name.str())),
                                  [&] { return store_files(context, image); });
  wanted.complete = true;
  hypervisor.redefine_template(wanted);
  unfinished.keep();
  if (present) remove_unused_images(context);
  return change;
}

TemplateChange foresee_template(const Context& context, const MakeTemplateRequest& request,
                                const std::optional<VerifiedImage::Kernel>& kernel) {
  const auto present = own_template(context, request.name, choose_another);
  if (!present) return TemplateChange::created;
  return change_from(present, template_for(context, request, present->base, boot_of(kernel), present));
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
  context.hypervisor.undefine_template(name);
  remove_unused_images(context);
}

}  // namespace nocloud
