#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/virt/libvirt/host/host.hpp"

namespace nocloud {

/// A domain's XML as it will be at its next start. Throws Error{not_found} if it has just gone.
std::string inactive_xml(const Connection& connection, virDomainPtr domain);

/// The same with its passwords, to define it anew.
std::string whole_xml(const Connection& connection, virDomainPtr domain);

/// Null if there is no domain of this name.
DomainHandle lookup_domain(const Connection& connection, const std::string& name);

/// Defines a domain of this name. Without a UUID in its XML: Error{conflict} if any domain has the name.
DomainHandle define_domain(const Connection& connection, const std::string& name, const std::string& xml);

/// Forgets a domain and all that libvirt keeps about it. False if it has just gone.
bool undefine_domain(const Connection& connection, virDomainPtr domain);

std::string uuid_of(const Connection& connection, virDomainPtr domain);

/// A domain's record of ours as XML, readable or not; nothing if it has none.
std::optional<std::string> record_in(const Connection& connection, virDomainPtr domain,
                                     const char* record_uri);

/// Every domain and its condition, in one call.
struct ListedDomain {
  DomainHandle domain;
  int state = 0;
  int reason = 0;
};
std::vector<ListedDomain> list_domains(const Connection& connection);

}  // namespace nocloud
