#pragma once

#include <optional>

#include "nocloud/model/template.hpp"
#include "nocloud/ops/context.hpp"

namespace nocloud {

/// KVM if a real kernel boots under it on this host, else emulation with one warning. What the user chose is
/// taken as it is. The trial runs once per boot of this machine; its answer is kept in the runtime folder.
VirtType choose_virt_type(const Context& context, std::optional<VirtType> chosen, const Template& source);

/// Throws Error{unavailable} if KVM is chosen and the host, or its QEMU for this user, has none.
void require_virt_type(const Context& context, std::optional<VirtType> chosen);

}  // namespace nocloud
