#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nocloud/model/name.hpp"

namespace nocloud {

/// A template's domain is NAME.template; a VM's has the VM's name, in which there is no dot.
std::string template_domain(const TemplateName& name);

/// The inverse; nothing for any other domain's name.
std::optional<TemplateName> template_of_domain(std::string_view domain);

/// The name of a VM whose domain had this name; nothing if no VM could.
std::optional<VmName> vm_of_domain(std::string_view domain);

}  // namespace nocloud
