#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud::test {

/// A virtualisation host that is all in memory. FakeHypervisors that share one are processes on one host.
struct FakeWorld {
  /// A snapshot, and what the VM was then.
  struct KeptVm {
    Snapshot snapshot;
    VmDefinition vm;
    VmState state = VmState::stopped;
  };
  struct Domain {
    std::string uuid;
    /// Neither of them: somebody else's domain.
    std::optional<VmDefinition> vm = std::nullopt;
    std::optional<Template> source = std::nullopt;
    /// Why its record, which is there all the same, cannot be read; empty if it can.
    std::string unreadable = {};
    /// The volumes that somebody else's domain uses, or that others gave a VM as disks.
    std::set<VolumeName> volumes = {};
    VmState state = VmState::stopped;
    std::string fault = {};
    /// Its next start goes on from there.
    bool memory_saved = false;
    /// What its agent was told.
    std::optional<std::chrono::system_clock::time_point> clock = std::nullopt;
    /// Who may look at its screen.
    std::string screen_password = {};
    /// In the order in which they were taken.
    std::vector<KeptVm> snapshots = {};

    Error unreadable_error(const std::string& name) const;
  };
  struct Volume {
    std::uint64_t capacity = 0;
    NewVolume::Format format = NewVolume::Format::raw;
    NewVolume::Access access = NewVolume::Access::owner_only;
    std::string content = {};
    std::optional<VolumeName> base = std::nullopt;
  };
  struct Net {
    Network network;
    /// What its DNS answers.
    std::map<VmName, Ipv4Address> names = {};
    std::vector<Lease> leases = {};
    /// The VMs whose claims its DHCP server knows already.
    std::set<VmName> in_force = {};
  };

  HostPlace place{.uri = "fake:///system"};
  HostFacts facts{.memory = Memory::of_mib(65'536), .offers_kvm = true};
  /// How many CPUs a VM can have.
  std::optional<unsigned> most_cpus = 255;
  std::map<std::string, Domain> domains = {};
  std::map<VolumeName, Volume> volumes = {};
  /// Files in the pool's folder that are not seen before a refresh, such as console logs.
  std::map<VolumeName, Volume> unseen = {};
  /// What volumes of other pools lie over.
  std::set<VolumeName> bases_elsewhere = {};
  /// The same of files that are not seen before a refresh of those pools.
  std::set<VolumeName> unseen_bases_elsewhere = {};
  /// Disks in no pool.
  std::vector<LooseDisk> loose_disks = {};
  /// What the host can't read.
  std::vector<Error> unread = {};
  /// Of pools that it can't refresh.
  std::vector<Error> stale = {};
  std::map<NetworkName, Net> networks = {};
  /// Interfaces that the host does not have; any other it has.
  /// Names that are not here are bridges.
  std::map<BridgeName, HostInterface> interfaces = {{BridgeName::parse("br-none"), HostInterface::none},
                                                    {BridgeName::parse("lo"), HostInterface::other}};
  std::optional<std::uint64_t> free_bytes = std::uint64_t{1} << 40U;
  /// Where the host's own routes lead.
  std::vector<Ipv4Subnet> routes = {};
  /// Where guests are found, once they run.
  std::map<MacAddress, Ipv4Address> addresses = {};
  /// Ports of 127.0.0.1 that other programs have.
  std::set<std::uint16_t> taken_ports = {};
  /// What a guest writes on its console as soon as it is started.
  std::string console_text = "Linux version 6.1\n";
  /// What the next guests to be started write instead, one each.
  std::deque<std::string> next_console_texts = {};
  /// Under what a kernel comes up.
  std::set<VirtType> boots_under = {VirtType::kvm, VirtType::qemu};
  /// Whether guests have an agent.
  bool agents_answer = true;
  /// Whether guests power off when they are asked to.
  bool guests_obey = true;

  /// Somebody else's domain, network or volume is put in directly; so is a guest's fate.
  Domain& domain(std::string_view name) { return domains.at(std::string(name)); }

  /// As `virsh domrename` does it.
  void rename(const std::string& name, const std::string& other);

  std::string next_console_text() {
    if (next_console_texts.empty()) return console_text;
    auto text = std::move(next_console_texts.front());
    next_console_texts.pop_front();
    return text;
  }
  /// What a guest writes while it runs.
  void write_on_console(const VmName& vm, std::string_view text) {
    const auto log = console_log_of(vm);
    auto& files = unseen.contains(log) ? unseen : volumes;
    files[log].content += text;
    files[log].capacity = files[log].content.size();
  }

  void tell(const std::string& domain, DomainEvent::Kind kind) const {
    for (const auto* listener : listeners) listener->on_event({VmName::parse(domain), kind});
  }

  std::set<const DomainListener*> listeners = {};
  std::mutex mutex = {};
  unsigned uuids_given = 0;
};

}  // namespace nocloud::test
