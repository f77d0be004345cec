#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/virt/libvirt/domain/domains.hpp"
#include "nocloud/virt/libvirt/domain/power_button.hpp"
#include "nocloud/virt/xml/domain/domain_record.hpp"

namespace nocloud {

/// nocloud's VMs among libvirt's domains.
class LibvirtVms {
 public:
  LibvirtVms(const Connection& connection, LibvirtHost& host) : connection_(connection), host_(host) {}

  std::vector<Vm> all();
  std::vector<VmSummary> summaries();
  std::vector<HeldName> held_names();
  std::optional<Vm> find(const VmName& name);
  bool others_hold(const VmName& name);
  std::string define(const VmDefinition& definition);
  void redefine(const std::string& uuid, const VmDefinition& definition);
  void require_own_disks(const VmName& name);
  void mark(const VmName& name, Completeness completeness);
  void set_unconfirmed(const VmName& name, const std::string& run);
  bool undefine(const VmName& name);
  Beginning start(const VmName& name, StartMode mode);
  bool set_clock(const VmName& name, std::chrono::system_clock::time_point time);
  void shut_down(const VmName& name);
  void force_off(const VmName& name);
  std::optional<Ipv4Address> find_address(const VmName& name, const MacAddress& mac);

  /// Null if there is none, or if it is somebody else's domain. Throws Error{invalid_input} if it is
  /// unreadable.
  DomainHandle lookup(const VmName& name);
  /// Throws Error{not_found} instead.
  DomainHandle existing(const VmName& name);

 private:
  bool is_active(virDomainPtr domain, const VmName& name);
  /// Replaces the record by what `change` makes of it; an error begins with `what`.
  void change_record(const VmName& name, const std::string& what,
                     const std::function<std::string(std::string_view record)>& change);
  std::string xml_for(const VmDefinition& definition, std::string_view uuid);
  /// As the VM of this definition would be made today, from its record.
  std::string recorded_xml(const VmName& name, std::string_view present);

  const Connection& connection_;
  LibvirtHost& host_;
  PowerButton power_button_{connection_};
};

}  // namespace nocloud
