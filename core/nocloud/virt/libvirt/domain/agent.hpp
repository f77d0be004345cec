#pragma once

#include "nocloud/virt/libvirt/handles.hpp"

namespace nocloud {

/// Has questions to the guest's agent end after some seconds: one that is connected and says nothing would
/// hold us up for good.
void limit_agent(virDomainPtr domain);

}  // namespace nocloud
