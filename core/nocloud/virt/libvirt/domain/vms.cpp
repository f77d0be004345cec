#include "nocloud/virt/libvirt/domain/vms.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <type_traits>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/libvirt/domain/states.hpp"
#include "nocloud/virt/xml/domain/changed_domain.hpp"
#include "nocloud/virt/xml/domain/disk_differences.hpp"
#include "nocloud/virt/xml/domain/domain_reading.hpp"
#include "nocloud/virt/xml/unknown_metadata.hpp"

namespace nocloud {
namespace {

void put_condition(Vm& vm, const VmCondition& condition) {
  vm.state = condition.state;
  vm.fault = condition.fault;
}

/// libvirt has no call that tells of all domains what we want to know, and most of what one takes is waiting:
/// several ask at once, but fewer than the five calls that its daemon takes of one client before it lets the
/// others wait.
constexpr std::size_t most_readers = 4;
/// What is worth a thread.
constexpr std::size_t least_share = 8;

/// What `read` makes of each domain, sorted by name, without those of which it makes nothing.
template <class Read>
auto read_each(const std::vector<ListedDomain>& domains, const Read& read) {
  using Item = typename std::invoke_result_t<Read, const ListedDomain&>::value_type;
  const auto readers = std::min(most_readers, domains.size() / least_share + 1);
  const auto share = [&](std::size_t reader) {
    std::vector<Item> items;
    for (std::size_t i = reader; i < domains.size(); i += readers) {
      if (auto item = read(domains[i])) items.push_back(*std::move(item));
    }
    return items;
  };
  std::vector<std::future<std::vector<Item>>> others;
  for (std::size_t reader = 1; reader < readers; ++reader) {
    others.push_back(std::async(std::launch::async, share, reader));
  }
  auto items = share(0);
  for (auto& other : others) std::ranges::move(other.get(), std::back_inserter(items));
  std::ranges::sort(items, {}, &Item::name);
  return items;
}

/// What `read` makes of a domain that could be a VM of ours; nothing if it has just gone or is unreadable.
template <class Read>
auto listed(virDomainPtr domain, const Read& read) -> std::invoke_result_t<Read, virDomainPtr> {
  if (!vm_of_domain(virDomainGetName(domain))) return std::nullopt;
  try {
    return read(domain);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::invalid_input || error.kind() == ErrorKind::not_found) return std::nullopt;
    throw;
  }
}

/// Whether QEMU, or passt for it, could not have the port that was to be forwarded.
bool tells_of_taken_port(const Fault& fault) {
  return fault.message.find("host forwarding rule") != std::string::npos ||
         fault.message.find("Failed to bind") != std::string::npos;
}

std::string ports_of(const Vm& vm) {
  std::vector<std::string> ports;
  for (const auto& nic : vm.nics) {
    if (nic.port) ports.push_back(std::to_string(*nic.port));
  }
  return enumerated(ports);
}

}  // namespace

std::vector<Vm> LibvirtVms::all() {
  return read_each(list_domains(connection_), [&](const ListedDomain& found) {
    auto vm = listed(found.domain.get(),
                     [&](virDomainPtr domain) { return vm_from_domain(inactive_xml(connection_, domain)); });
    if (vm) put_condition(*vm, condition_from(found.state, found.reason));
    return vm;
  });
}

std::vector<VmSummary> LibvirtVms::summaries() {
  return read_each(list_domains(connection_), [&](const ListedDomain& found) {
    return listed(found.domain.get(), [&](virDomainPtr domain) -> std::optional<VmSummary> {
      const auto record = record_in(connection_, domain, vm_record_uri);
      if (!record) return std::nullopt;
      auto vm = vm_summary_from_record(virDomainGetName(domain), *record);
      vm.uuid = uuid_of(connection_, domain);
      vm.state = condition_from(found.state, found.reason).state;
      return vm;
    });
  });
}

std::vector<HeldName> LibvirtVms::held_names() {
  std::vector<HeldName> held;
  for (const auto& found : list_domains(connection_)) {
    if (auto name = vm_of_domain(virDomainGetName(found.domain.get())))
      held.push_back({.name = *std::move(name),
                      .uuid = uuid_of(connection_, found.domain.get()),
                      .state = condition_from(found.state, found.reason).state});
  }
  std::ranges::sort(held, {}, &HeldName::name);
  return held;
}

std::optional<Vm> LibvirtVms::find(const VmName& name) {
  const auto domain = lookup_domain(connection_, name.str());
  if (!domain) return std::nullopt;
  auto vm = vm_from_domain(inactive_xml(connection_, domain.get()));
  if (!vm) return std::nullopt;
  int state = 0;
  int reason = 0;
  if (virDomainGetState(domain.get(), &state, &reason, 0) < 0) {
    throw connection_.error(fmt::format("cannot ask for the state of VM '{}'", name), last_fault());
  }
  put_condition(*vm, condition_from(state, reason));
  return vm;
}

bool LibvirtVms::others_hold(const VmName& name) {
  const auto domain = lookup_domain(connection_, name.str());
  if (!domain) return false;
  if (const auto record = record_in(connection_, domain.get(), vm_record_uri)) {
    vm_summary_from_record(name.str(), *record);  // throws: one that can't be read is neither ours nor theirs
    return false;
  }
  return lookup_domain(connection_, name.str()) != nullptr;  // or it was ours, and has just gone
}

DomainHandle LibvirtVms::lookup(const VmName& name) {
  auto domain = lookup_domain(connection_, name.str());
  const auto record = domain ? record_in(connection_, domain.get(), vm_record_uri) : std::nullopt;
  if (!record) return nullptr;
  vm_summary_from_record(name.str(), *record);  // throws: one that can't be read is left alone
  return domain;
}

DomainHandle LibvirtVms::existing(const VmName& name) {
  auto domain = lookup(name);
  if (domain) return domain;
  throw Error(ErrorKind::not_found, fmt::format("there is no VM '{}'", name));
}

bool LibvirtVms::is_active(virDomainPtr domain, const VmName& name) {
  const int active = virDomainIsActive(domain);
  if (active >= 0) return active == 1;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_DOMAIN) return false;
  throw connection_.error(fmt::format("cannot ask whether VM '{}' runs", name), fault);
}

std::string LibvirtVms::xml_for(const VmDefinition& definition, std::string_view uuid) {
  const bool user_network = std::ranges::any_of(
      definition.nics, [](const Nic& nic) { return nic.network.kind == NetworkKind::user; });
  return domain_xml(definition, host_.domain_host(user_network), uuid);
}

std::string LibvirtVms::define(const VmDefinition& definition) {
  const auto domain = define_domain(connection_, definition.name.str(), xml_for(definition, {}));
  return uuid_of(connection_, domain.get());
}

void LibvirtVms::redefine(const std::string& uuid, const VmDefinition& definition) {
  // With a UUID that is not there libvirt would make a new domain.
  const auto domain = existing(definition.name);
  if (uuid_of(connection_, domain.get()) != uuid) {
    throw Error(ErrorKind::not_found, fmt::format("VM '{}' is not the one it was", definition.name),
                "It was removed and made anew meanwhile: run the same command again.");
  }
  const auto present = whole_xml(connection_, domain.get());
  const auto before = recorded_xml(definition.name, present);
  refuse_other_disks(definition.name, before, present);
  const auto changed =
      changed_domain({.present = present, .before = before, .after = xml_for(definition, uuid)});
  define_domain(connection_, definition.name.str(), with_unknown_metadata(changed, present));
}

std::string LibvirtVms::recorded_xml(const VmName& name, std::string_view present) {
  const auto vm = vm_from_domain(present);
  if (vm) return xml_for(*vm, vm->uuid);
  throw Error(ErrorKind::not_found, fmt::format("there is no VM '{}'", name));
}

void LibvirtVms::require_own_disks(const VmName& name) {
  const auto domain = existing(name);
  const auto present = inactive_xml(connection_, domain.get());
  const auto recorded = recorded_xml(name, present);
  refuse_other_disks(name, recorded, present);
  if (!is_active(domain.get(), name)) return;
  const TextHandle live(virDomainGetXMLDesc(domain.get(), 0));
  if (!live)
    throw connection_.error(fmt::format("cannot read the domain {}", cited(name.str())), last_fault());
  refuse_other_first_disk(name, recorded, live.get());
}

void LibvirtVms::mark(const VmName& name, Completeness completeness) {
  change_record(
      name,
      fmt::format("cannot mark VM '{}' {}complete", name, completeness == Completeness::whole ? "" : "in"),
      [&](std::string_view record) { return marked_record(record, completeness); });
}

void LibvirtVms::set_unconfirmed(const VmName& name, const std::string& run) {
  change_record(name, fmt::format("cannot change the record of VM '{}'", name),
                [&](std::string_view record) { return record_unconfirmed_by(record, run); });
}

void LibvirtVms::change_record(const VmName& name, const std::string& what,
                               const std::function<std::string(std::string_view record)>& change) {
  const auto domain = existing(name);
  const TextHandle record(virDomainGetMetadata(domain.get(), VIR_DOMAIN_METADATA_ELEMENT, vm_record_uri,
                                               VIR_DOMAIN_AFFECT_CONFIG));
  if (!record) throw connection_.error(what, last_fault());
  const auto marked = change(record.get());
  const unsigned flags = is_active(domain.get(), name) ? VIR_DOMAIN_AFFECT_CONFIG | VIR_DOMAIN_AFFECT_LIVE
                                                       : VIR_DOMAIN_AFFECT_CONFIG;
  if (virDomainSetMetadata(domain.get(), VIR_DOMAIN_METADATA_ELEMENT, marked.c_str(), record_prefix,
                           vm_record_uri, flags) < 0) {
    throw connection_.error(what, last_fault());
  }
}

bool LibvirtVms::undefine(const VmName& name) {
  const auto domain = lookup(name);
  if (!domain) return false;
  if (is_active(domain.get(), name)) {
    throw Error(ErrorKind::conflict, fmt::format("VM '{}' is running and can't be removed", name),
                "Stop it first.");
  }
  return undefine_domain(connection_, domain.get());
}

Beginning LibvirtVms::start(const VmName& name, StartMode mode) {
  const auto domain = existing(name);
  if (is_active(domain.get(), name)) return Beginning::was_up;
  const bool saved = virDomainHasManagedSaveImage(domain.get(), 0) == 1;
  if (virDomainCreateWithFlags(domain.get(), mode == StartMode::paused ? VIR_DOMAIN_START_PAUSED : 0) == 0)
    return saved ? Beginning::goes_on : Beginning::boots;
  const auto fault = last_fault();
  // Another process may have started it since we looked.
  if (fault.code == VIR_ERR_OPERATION_INVALID && is_active(domain.get(), name)) return Beginning::was_up;
  if (tells_of_taken_port(fault)) {
    const auto vm = vm_from_domain(inactive_xml(connection_, domain.get()));
    throw Error(ErrorKind::conflict,
                fmt::format("cannot start VM '{}': another program has port {} of 127.0.0.1", name,
                            vm ? ports_of(*vm) : "?"));
  }
  throw connection_.error(fmt::format("cannot start VM '{}'", name), fault);
}

void LibvirtVms::shut_down(const VmName& name) {
  const auto domain = lookup(name);
  if (!domain || !is_active(domain.get(), name)) return;
  const auto fault = power_button_.press(domain.get());
  // It has just stopped, or is paused and hears nothing.
  if (!fault || fault->code == VIR_ERR_OPERATION_INVALID || fault->code == VIR_ERR_NO_DOMAIN) return;
  throw connection_.error(fmt::format("cannot shut VM '{}' down", name), *fault);
}

void LibvirtVms::force_off(const VmName& name) {
  const auto domain = lookup(name);
  if (!domain || !is_active(domain.get(), name)) return;
  if (virDomainDestroy(domain.get()) == 0) return;
  const auto fault = last_fault();
  if (!is_active(domain.get(), name)) return;
  throw connection_.error(fmt::format("cannot turn VM '{}' off", name), fault);
}

}  // namespace nocloud
