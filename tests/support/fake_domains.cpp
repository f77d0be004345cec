#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "nocloud/virt/domain_names.hpp"
#include "support/fake_hypervisor.hpp"

namespace nocloud::test {
namespace {

Vm vm_from(const FakeWorld::Domain& domain) {
  return {*domain.vm, domain.uuid, domain.state, domain.fault};
}

bool is_active(const FakeWorld::Domain& domain) {
  return domain.state != VmState::stopped;  // a crashed guest leaves a process
}

void refuse_others_disks(const VmName& name, const FakeWorld::Domain& domain) {
  if (domain.volumes.empty()) return;
  throw Error(ErrorKind::conflict,
              fmt::format("VM '{}' has the disk {}, which its record does not tell", name,
                          domain.volumes.begin()->str()),
              "Take it out.");
}

[[noreturn]] void refuse_taken(const std::string& name) {
  throw Error(ErrorKind::conflict, fmt::format("libvirt has a domain '{}' already", name),
              "Choose another name, or remove what has it.");
}

class FakeSubscription final : public Subscription {
 public:
  FakeSubscription(FakeWorld& world, DomainListener listener)
      : world_(world), listener_(std::move(listener)) {
    world_.listeners.insert(&listener_);
  }
  FakeSubscription(const FakeSubscription&) = delete;
  FakeSubscription& operator=(const FakeSubscription&) = delete;
  ~FakeSubscription() override {
    const std::scoped_lock lock(world_.mutex);
    world_.listeners.erase(&listener_);
  }

 private:
  FakeWorld& world_;
  const DomainListener listener_;
};

}  // namespace

void FakeHypervisor::turn_off(const VmName& name, FakeWorld::Domain& domain) {
  if (is_active(domain)) world_.tell(name.str(), DomainEvent::Kind::stopped);
  domain.state = VmState::stopped;
  domain.fault.clear();
  domain.screen_password.clear();
}

std::unique_ptr<Subscription> FakeHypervisor::subscribe(DomainListener listener) {
  return call("subscribe", "", [&]() -> std::unique_ptr<Subscription> {
    return std::make_unique<FakeSubscription>(world_, std::move(listener));
  });
}

std::string FakeHypervisor::new_uuid() {
  return fmt::format("00000000-0000-4000-8000-{:012x}", ++world_.uuids_given);
}

FakeWorld::Domain* FakeHypervisor::vm_domain(const VmName& name) {
  const auto found = world_.domains.find(name.str());
  if (found == world_.domains.end() || !found->second.vm) return nullptr;
  if (!found->second.unreadable.empty()) throw found->second.unreadable_error(name.str());
  return &found->second;
}

FakeWorld::Domain& FakeHypervisor::existing_vm(const VmName& name) {
  auto* const domain = vm_domain(name);
  if (domain == nullptr) throw Error(ErrorKind::not_found, fmt::format("there is no VM '{}'", name));
  return *domain;
}

std::vector<Vm> FakeHypervisor::vms() {
  return call("vms", "", [&] {
    std::vector<Vm> vms;
    for (const auto& [name, domain] : world_.domains) {
      if (domain.vm && domain.unreadable.empty()) vms.push_back(vm_from(domain));
    }
    return vms;
  });
}

std::vector<VmSummary> FakeHypervisor::vm_summaries() {
  return call("vm_summaries", "", [&] {
    std::vector<VmSummary> summaries;
    for (const auto& [name, domain] : world_.domains) {
      if (domain.vm && domain.unreadable.empty()) summaries.push_back(summary_of(vm_from(domain)));
    }
    return summaries;
  });
}

std::vector<HeldName> FakeHypervisor::held_names() {
  return call("held_names", "", [&] {
    std::vector<HeldName> held;
    for (const auto& [name, domain] : world_.domains) {
      if (auto vm = vm_of_domain(name)) held.push_back({*std::move(vm), domain.uuid, domain.state});
    }
    return held;
  });
}

std::optional<Vm> FakeHypervisor::find_vm(const VmName& name) {
  return call("find_vm", name.str(), [&]() -> std::optional<Vm> {
    const auto* const domain = vm_domain(name);
    if (domain == nullptr) return std::nullopt;
    return vm_from(*domain);
  });
}

bool FakeHypervisor::others_hold(const VmName& name) {
  return call("others_hold", name.str(),
              [&] { return world_.domains.contains(name.str()) && vm_domain(name) == nullptr; });
}

std::string FakeHypervisor::define_vm(const VmDefinition& definition) {
  return call("define_vm", definition.name.str(), [&] {
    require_board(definition);
    auto uuid = new_uuid();
    const bool added =
        world_.domains.try_emplace(definition.name.str(), FakeWorld::Domain{.uuid = uuid, .vm = definition})
            .second;
    if (!added) refuse_taken(definition.name.str());
    world_.tell(definition.name.str(), DomainEvent::Kind::defined);
    return uuid;
  });
}

void FakeHypervisor::redefine_vm(const std::string& uuid, const VmDefinition& definition) {
  call("redefine_vm", definition.name.str(), [&] {
    auto& domain = existing_vm(definition.name);
    if (domain.uuid != uuid) {
      throw Error(ErrorKind::not_found, fmt::format("VM '{}' is not the one it was", definition.name));
    }
    require_board(definition);
    refuse_others_disks(definition.name, domain);
    domain.vm = definition;
  });
}

void FakeHypervisor::require_own_disks(const VmName& name) {
  call("require_own_disks", name.str(), [&] { refuse_others_disks(name, existing_vm(name)); });
}

void FakeHypervisor::pull_base(const VmName& name, const CopyProgress& progress,
                               const std::stop_token& stop) {
  call("pull_base", name.str(), [&] {
    const auto& domain = existing_vm(name);
    if (!is_active(domain)) throw Error(ErrorKind::conflict, fmt::format("VM '{}' is down", name));
    refuse_others_disks(name, domain);
    if (!domain.snapshots.empty())
      throw Error(ErrorKind::conflict, fmt::format("VM '{}' has snapshots", name));
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    auto& overlay = world_.volumes.at(overlay_of(name));
    progress(overlay.capacity, overlay.capacity);
    overlay.base.reset();
  });
}

void FakeHypervisor::complete_vm(const VmName& name) {
  call("complete_vm", name.str(), [&] { existing_vm(name).vm->complete = true; });
}

void FakeHypervisor::set_unconfirmed(const VmName& name, const std::string& run) {
  call("set_unconfirmed", name.str(), [&] { existing_vm(name).vm->unconfirmed = run; });
}

void FakeHypervisor::reopen_vm(const VmName& name) {
  call("reopen_vm", name.str(), [&] { existing_vm(name).vm->complete = false; });
}

bool FakeHypervisor::undefine_vm(const VmName& name) {
  return call("undefine_vm", name.str(), [&] {
    const auto* const domain = vm_domain(name);
    if (domain == nullptr) return false;
    if (is_active(*domain)) {
      throw Error(ErrorKind::conflict, fmt::format("VM '{}' is running and can't be removed", name),
                  "Stop it first.");
    }
    world_.domains.erase(name.str());
    world_.tell(name.str(), DomainEvent::Kind::undefined);
    return true;
  });
}

void FakeHypervisor::require_board(const VmDefinition& definition) const {
  if (definition.virt_type == VirtType::kvm && !world_.facts.offers_kvm)
    throw Error(ErrorKind::failed, "the host does not support virt type 'kvm'");
  if (definition.cpus.count() > world_.most_cpus.value_or(definition.cpus.count()))
    throw Error(ErrorKind::failed, fmt::format("the machine has {} CPUs at most", *world_.most_cpus));
}

void FakeHypervisor::require_parts(const VmDefinition& definition) {
  std::vector<VolumeName> parts{overlay_of(definition.name)};
  if (definition.base) parts.push_back(*definition.base);
  for (std::size_t i = 1; i <= definition.disks.size(); ++i) parts.push_back(disk_of(definition.name, i));
  if (definition.init == GuestInit::cloud_init) parts.push_back(seed_of(definition.name));
  if (definition.boot) parts.insert(parts.end(), {definition.boot->kernel, definition.boot->initrd});
  if (definition.installation && definition.installation->medium) parts.push_back(medium_of(definition.name));
  for (const auto& part : parts) {
    if (world_.volumes.contains(part)) continue;
    throw Error(ErrorKind::failed,
                fmt::format("cannot start VM '{}': there is no '{}'", definition.name, part));
  }
  for (const auto& nic : definition.nics) {
    if (nic.network.kind == NetworkKind::nat &&
        !existing_net(NetworkName::parse(nic.network.name)).network.active) {
      throw Error(ErrorKind::failed, fmt::format("the network '{}' is not active", nic.network.name));
    }
  }
}

void FakeHypervisor::require_free_ports(const VmDefinition& definition) {
  auto taken = world_.taken_ports;
  for (const auto& [name, domain] : world_.domains) {
    if (!domain.vm || !is_active(domain)) continue;
    for (const auto& nic : domain.vm->nics) {
      if (nic.port) taken.insert(*nic.port);
    }
  }
  for (const auto& nic : definition.nics) {
    if (!nic.port || !taken.contains(*nic.port)) continue;
    throw Error(ErrorKind::conflict,
                fmt::format("cannot start VM '{}': another program has port {} of 127.0.0.1", definition.name,
                            *nic.port));
  }
}

Beginning FakeHypervisor::start_vm(const VmName& name, StartMode mode) {
  return call("start_vm", name.str(), [&] {
    auto& domain = existing_vm(name);
    if (is_active(domain)) return Beginning::was_up;
    require_parts(*domain.vm);
    require_free_ports(*domain.vm);
    domain.state = mode == StartMode::paused ? VmState::paused : VmState::running;
    domain.fault.clear();
    const auto text = mode == StartMode::paused ? std::string() : world_.next_console_text();
    world_.volumes.erase(console_log_of(name));
    world_.unseen[console_log_of(name)] = {.capacity = text.size(), .content = text};
    world_.tell(name.str(), DomainEvent::Kind::started);
    if (mode == StartMode::paused) world_.tell(name.str(), DomainEvent::Kind::paused);
    return std::exchange(domain.memory_saved, false) ? Beginning::goes_on : Beginning::boots;
  });
}

bool FakeHypervisor::set_clock(const VmName& name, std::chrono::system_clock::time_point time) {
  return call("set_clock", name.str(), [&] {
    auto& domain = existing_vm(name);
    if (domain.state != VmState::running || !world_.agents_answer) return false;
    domain.clock = time;
    return true;
  });
}

void FakeHypervisor::shut_down_vm(const VmName& name) {
  call("shut_down_vm", name.str(), [&] {
    auto* const domain = vm_domain(name);
    // A paused guest hears nothing.
    if (domain != nullptr && domain->state == VmState::running && world_.guests_obey) turn_off(name, *domain);
  });
}

void FakeHypervisor::force_off_vm(const VmName& name) {
  call("force_off_vm", name.str(), [&] {
    if (auto* const domain = vm_domain(name); domain != nullptr) turn_off(name, *domain);
  });
}

}  // namespace nocloud::test
