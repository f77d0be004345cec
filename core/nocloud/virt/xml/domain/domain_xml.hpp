#pragma once

#include <string>
#include <string_view>

#include "nocloud/model/template.hpp"
#include "nocloud/model/vm.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// What a domain's XML has to know of the host that it is for.
struct DomainHost {
  /// The folder of nocloud's storage pool, on the host.
  std::string pool_path;
  /// As the host names it: "x86_64".
  std::string architecture;
  /// Whether passt serves user-mode NICs. Where QEMU can do so itself, it does: passt gives no address
  /// on a host without a default route, and gives each guest the host's own address.
  bool passt = false;
};

/// Without a UUID libvirt chooses one, and refuses a name that is taken; with one, it replaces that domain.
/// Throws Error{invalid_input} for text that XML can't carry.
std::string domain_xml(const VmDefinition& definition, const DomainHost& host, std::string_view uuid = {});

/// A template's domain: a name, a record, and a read-only disk. It is not meant to be started.
std::string domain_xml(const Template& definition, const DomainHost& host, std::string_view uuid = {});

/// A throw-away guest without network that changes nothing and talks on a console of its own.
std::string trial_domain_xml(const TrialBoot& trial, const std::string& name, const DomainHost& host);

}  // namespace nocloud
