#pragma once

#include <optional>

#include "nocloud/ops/survey/survey.hpp"
#include "nocloud/ops/template/make_template.hpp"

namespace nocloud {

struct TemplateFromVmRequest {
  VmName vm;
  TemplateName name;
  OwnerFilter owner = {};
  /// What its VMs get; nothing: what this one has.
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// A layer over the image that the VM lies over, or one image that stands alone.
  enum class Shape { layer, flat } shape = Shape::layer;
  /// Whether what tells the guest from others is stripped first.
  enum class Identity { keep, strip } identity = Identity::keep;
  MakeTemplateRequest::Effect effect = MakeTemplateRequest::Effect::real;
};

/// Makes a template of what a VM that is down has on its first disk; the VM stays as it is. A dry run does
/// not look at the disk, and takes it for another than a template of the name has. Throws Error{conflict} if
/// the VM is up, or has snapshots; Error{invalid_input} if it is to be stripped of the host key that all its
/// like share; what make_template throws.
TemplateChange template_from_vm(const Context& context, const TemplateFromVmRequest& request);

}  // namespace nocloud
