#include "nocloud/virt/libvirt/domain/domains.hpp"

#include <array>
#include <span>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/domain/domain_record.hpp"

namespace nocloud {
namespace {

using StatsHandle = Handle<virDomainStatsRecordPtr, virDomainStatsRecordListFree>;

int number_in(const virDomainStatsRecord& record, const char* name) {
  int number = 0;
  virTypedParamsGetInt(record.params, record.nparams, name, &number);
  return number;
}

bool is_unsupported(const Fault& fault) {
  return fault.code == VIR_ERR_INVALID_ARG || fault.code == VIR_ERR_NO_SUPPORT ||
         fault.code == VIR_ERR_ARGUMENT_UNSUPPORTED || fault.code == VIR_ERR_CONFIG_UNSUPPORTED;
}

}  // namespace

DomainHandle lookup_domain(const Connection& connection, const std::string& name) {
  DomainHandle domain(virDomainLookupByName(connection.get(), name.c_str()));
  if (domain) return domain;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_DOMAIN) return nullptr;
  throw connection.error(fmt::format("cannot look for {}", cited(name)), fault);
}

namespace {

std::string xml_of(const Connection& connection, virDomainPtr domain, unsigned flags) {
  const TextHandle xml(virDomainGetXMLDesc(domain, flags));
  if (xml) return xml.get();
  const auto fault = last_fault();
  const auto kind = fault.code == VIR_ERR_NO_DOMAIN ? ErrorKind::not_found : ErrorKind::failed;
  throw connection.error(fmt::format("cannot read the domain {}", cited(virDomainGetName(domain))), fault,
                         kind);
}

}  // namespace

std::string inactive_xml(const Connection& connection, virDomainPtr domain) {
  return xml_of(connection, domain, VIR_DOMAIN_XML_INACTIVE);
}

std::string whole_xml(const Connection& connection, virDomainPtr domain) {
  return xml_of(connection, domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
}

DomainHandle define_domain(const Connection& connection, const std::string& name, const std::string& xml) {
  DomainHandle domain(virDomainDefineXML(connection.get(), xml.c_str()));
  if (domain) return domain;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_OPERATION_FAILED && lookup_domain(connection, name)) {
    throw Error(ErrorKind::conflict, fmt::format("libvirt has a domain {} already", cited(name)),
                "Choose another name, or remove what has it.");
  }
  throw connection.error(fmt::format("cannot define {}", cited(name)), fault);
}

bool undefine_domain(const Connection& connection, virDomainPtr domain) {
  constexpr unsigned usual = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA;
  constexpr unsigned recent = usual | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;
  // Not every driver knows every flag; what it does not know it does not keep either.
  constexpr std::array<unsigned, 4> attempts{recent | VIR_DOMAIN_UNDEFINE_NVRAM, recent, usual, 0};
  Fault fault;
  for (const unsigned flags : attempts) {
    if (virDomainUndefineFlags(domain, flags) == 0) return true;
    fault = last_fault();
    if (fault.code == VIR_ERR_NO_DOMAIN) return false;
    if (!is_unsupported(fault)) break;
  }
  throw connection.error(fmt::format("cannot remove the domain {}", cited(virDomainGetName(domain))), fault);
}

std::string uuid_of(const Connection& connection, virDomainPtr domain) {
  std::array<char, VIR_UUID_STRING_BUFLEN> text{};
  if (virDomainGetUUIDString(domain, text.data()) < 0) {
    throw connection.error("cannot read a domain's UUID", last_fault());
  }
  return text.data();
}

std::optional<std::string> record_in(const Connection& connection, virDomainPtr domain,
                                     const char* record_uri) {
  const TextHandle record(
      virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, record_uri, VIR_DOMAIN_AFFECT_CONFIG));
  if (record) return record.get();
  const auto fault = last_fault();
  // OPERATION_INVALID: it is transient, hence none of ours.
  const bool none = fault.code == VIR_ERR_NO_DOMAIN_METADATA || fault.code == VIR_ERR_NO_DOMAIN ||
                    fault.code == VIR_ERR_OPERATION_INVALID;
  if (none) return std::nullopt;
  throw connection.error(fmt::format("cannot read the record of {}", cited(virDomainGetName(domain))), fault);
}

std::vector<ListedDomain> list_domains(const Connection& connection) {
  virDomainStatsRecordPtr* raw = nullptr;
  const int count = virConnectGetAllDomainStats(connection.get(), VIR_DOMAIN_STATS_STATE, &raw, 0);
  if (count < 0) throw connection.error("cannot list the domains", last_fault());
  const StatsHandle records(raw);
  std::vector<ListedDomain> domains;
  domains.reserve(static_cast<std::size_t>(count));
  for (const auto* record : std::span(raw, static_cast<std::size_t>(count))) {
    virDomainRef(record->dom);
    domains.push_back({.domain = DomainHandle(record->dom),
                       .state = number_in(*record, "state.state"),
                       .reason = number_in(*record, "state.reason")});
  }
  return domains;
}

}  // namespace nocloud
