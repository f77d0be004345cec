#pragma once

#include "nocloud/ops/make_template.hpp"

namespace nocloud {

/// Makes a template of what is on the first disk of a VM that is down; the VM stays as it is. Throws
/// Error{invalid_input} if the disk is no whole image by itself, and as make_template does.
TemplateChange template_from_vm(const Context& context, const MakeTemplateRequest& request, const VmName& vm);

}  // namespace nocloud
