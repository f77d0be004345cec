#pragma once

#include <optional>
#include <string_view>

namespace nocloud {

/// Whether a host's capabilities have a guest for KVM on the host's own architecture.
bool capabilities_offer_kvm(std::string_view capabilities_xml);

/// Whether a host's domain capabilities offer passt for user-mode NICs, but not QEMU's own networking.
bool capabilities_leave_only_passt(std::string_view domain_capabilities_xml);

/// How many CPUs a guest can have at most by a host's domain capabilities; nothing if they don't tell.
std::optional<unsigned> most_cpus_of_capabilities(std::string_view domain_capabilities_xml);

}  // namespace nocloud
