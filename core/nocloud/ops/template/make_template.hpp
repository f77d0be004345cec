#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "nocloud/image/store/image_store.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/keeping.hpp"

namespace nocloud {

struct MakeTemplateRequest {
  TemplateName name;
  UserName user;
  GuestInit init = GuestInit::cloud_init;
  /// For `init: none`: the host key that the image answers with ("ssh-ed25519 AAAA…").
  std::string host_key = {};
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// Where the image was downloaded from, if it was.
  std::optional<ImageOrigin> origin = std::nullopt;
  /// Nothing: a template that is there is taken.
  std::optional<Keeping> keeping = std::nullopt;
  enum class Effect { real, dry_run } effect = Effect::real;
};

enum class TemplateChange { none, created, updated, repaired };
std::string_view word_for(TemplateChange change);

/// Keeps other runs from working on the template.
FileLock lock_template(const Context& context, const TemplateName& name);

/// The template of that name, if there is one. Throws Error{conflict} with this hint if it is another
/// owner's.
std::optional<Template> own_template(const Context& context, const TemplateName& name,
                                     std::string_view hint = "Choose another name with -n.");

/// The whole template of that name. Throws as own_template does, and Error{not_found}.
Template require_own_template(const Context& context, const TemplateName& name, std::string_view hint);

/// Makes the template be there with this image. One that has the same image already is left alone, or
/// repaired if files of it are gone; with another image it moves on to the new one, and VMs on the old one
/// keep that. Throws Error{conflict} if it is another owner's. A dry run only says what would be done.
TemplateChange make_template(const Context& context, const MakeTemplateRequest& request,
                             const VerifiedImage& image);

/// The same for a template of files that were verified and of volumes that are there already and stay there
/// meanwhile; whether `wanted` is complete is left to this. The caller holds the template's lock, and has
/// found `present` under it.
TemplateChange put_template(const Context& context, Template wanted, const std::optional<Template>& present,
                            const std::vector<ImageFile>& files, MakeTemplateRequest::Effect effect);

/// What make_template would do if the disk were the one that the template has already. Throws Error{conflict}
/// as make_template does.
TemplateChange foresee_template(const Context& context, const MakeTemplateRequest& request,
                                const std::optional<VerifiedImage::Kernel>& kernel);

/// The template, or nothing if it is not there. Throws Error{conflict} where delete_template would.
std::optional<Template> deletable_template(const Context& context, const TemplateName& name);

/// Throws what delete_template would.
void require_deletable_template(const Context& context, const TemplateName& name);

/// Removes a template with its image. Throws Error{not_found}; Error{conflict} while VMs depend on it, naming
/// them.
void delete_template(const Context& context, const TemplateName& name);

/// The VMs that were made from the template.
std::vector<VmName> dependants_of(const Context& context, const TemplateName& name);

}  // namespace nocloud
