#pragma once

#include <optional>

#include "nocloud/ops/template/change_template.hpp"
#include "nocloud/program/program.hpp"

namespace nocloud {

/// The template that is meant by `vm`: by its group, by the VM it is being changed in, or since there is no
/// VM of the name.
std::optional<TemplateName> template_meant(const Invocation& invocation, const Context& context);

/// A session, or the command of the call's words, in a template. What it changes is kept if the command ends
/// with 0, or the user says so; else the VM is left as it is. Gives the exit status.
int change_template(const Call& call, const Context& context, const ChangeTemplateRequest& request);

}  // namespace nocloud
