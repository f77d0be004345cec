#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/byte_stream.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/model/snapshot.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/model/vm.hpp"
#include "nocloud/virt/host_place.hpp"
#include "nocloud/virt/network.hpp"
#include "nocloud/virt/volume_use.hpp"

namespace nocloud {

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): without a memory there is no HostFacts to be made.
struct HostFacts {
  Memory memory;
  /// Whether the hypervisor offers KVM at all. Whether KVM runs a kernel is for `trial_boot` to say.
  bool offers_kvm = false;
};

struct Volume {
  VolumeName name;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t allocation_bytes = 0;
};

/// The name of a domain, ours or not, that a VM could have, and that domain.
struct HeldName {
  VmName name;
  std::string uuid;
  VmState state = VmState::stopped;

  bool operator==(const HeldName&) const = default;
};

/// A VM or a template whose record this release cannot read: a newer release wrote it, or somebody broke it.
/// It is listed, and nobody changes it.
struct Unreadable {
  enum class Kind { vm, source } kind = Kind::vm;
  /// The name of the VM or template, printable; not always a valid one.
  std::string name;
  std::string uuid = {};
  /// The name that a VM was made with, as its record has it: another than `name` if the domain was renamed.
  /// Empty where the record does not tell.
  std::string made_as = {};
  VmState state = VmState::stopped;
  /// What cannot be read, and what to do.
  Error error;
};

/// What a new volume is to be. Readable by all or by its owner alone.
struct NewVolume {
  VolumeName name;
  enum class Format { raw, qcow2 } format = Format::raw;
  std::uint64_t capacity_bytes = 0;
  enum class Access { everybody_reads, owner_only } access = Access::owner_only;
};

/// Hears how many bytes of how many are copied.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Where a VM's screen is shown by VNC: a UNIX socket of the host's, or a port of its loopback device.
struct ScreenPlace {
  std::string socket = {};
  std::uint16_t port = 0;
};

enum class StartMode { running, paused };
/// What a guest does that is to be started: boot, or go on from memory that the host had saved; or it was up
/// before.
enum class Beginning { boots, goes_on, was_up };

/// What became of a domain; whose it is, is not said.
struct DomainEvent {
  enum class Kind { defined, undefined, started, paused, resumed, rebooted, stopped, crashed };
  VmName name;
  Kind kind = Kind::defined;

  bool operator==(const DomainEvent&) const = default;
};

/// Hears of it, from a thread of the adapter's, which waits for it: both have to return at once, and can't
/// call the port.
struct DomainListener {
  std::function<void(const DomainEvent&)> on_event;
  /// The connection is lost: nothing more will be heard.
  std::function<void()> on_loss = [] {};
};

/// Being told of something, while it lives; what is being told when it goes has been told by then.
class Subscription {
 public:
  Subscription() = default;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  virtual ~Subscription() = default;
};

/// What a kernel needs for a trial: a direct boot, or an image with a boot loader of its own (left
/// unchanged).
struct TrialBoot {
  VirtType virt_type = VirtType::kvm;
  std::optional<DirectBoot> boot = std::nullopt;
  VolumeName base;
};

/// The one port to the virtualisation host, in nocloud's own words. An adapter keeps no state of its own:
/// what it answers is what the host says now. Safe to call from several threads.
///
/// Every call throws Error{unavailable} when the host can't be reached, and Error{failed} with the host's own
/// words when it refuses for reasons not named here. "Absent" things are answers (nullopt, false), not
/// errors, unless said otherwise.
class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  /// No call to the host: it never fails.
  virtual HostPlace place() = 0;
  virtual HostFacts host() = 0;
  /// The most CPUs that a VM of this virt type can be given; nothing if that can't be known.
  virtual std::optional<unsigned> most_cpus(VirtType virt_type) = 0;

  // --- VMs: domains with nocloud's metadata. Others' domains are invisible, but hold their names. Every call
  // --- about one VM or template throws Error{invalid_input} if its record is unreadable.

  /// All that are readable, sorted by name.
  virtual std::vector<Vm> vms() = 0;
  /// The same in short, for half the time.
  virtual std::vector<VmSummary> vm_summaries() = 0;
  /// The names that can't be given to a VM because a domain has them, sorted: one call, whatever their
  /// number.
  virtual std::vector<HeldName> held_names() = 0;
  /// All VMs and templates that are unreadable, sorted by name. Domains with a UUID of `readable` are not
  /// looked at: that saves a call each.
  virtual std::vector<Unreadable> unreadable(const std::set<std::string>& readable) = 0;
  /// Which of the volumes a domain of this host names, or any other volume lies over. Domains are ours or
  /// not, readable or not; their snapshots and saved memory count. Volumes are those of all active storage
  /// pools. Domains of the names in `except` don't count.
  virtual VolumeUse use_of(const std::set<VolumeName>& volumes, const std::set<VmName>& except) = 0;
  virtual std::optional<Vm> find_vm(const VmName& name) = 0;
  /// Whether a domain that is none of nocloud's VMs has the name.
  virtual bool others_hold(const VmName& name) = 0;
  /// Claims the name and records everything; volumes need not exist yet. Gives the UUID that the host chose.
  /// Throws Error{conflict} if any domain has the name.
  virtual std::string define_vm(const VmDefinition& definition) = 0;
  /// Changes a stopped or running VM's record and what its next start is made from. What this release does
  /// not know in the record stays, as does what others changed beside it. Throws Error{not_found};
  /// Error{conflict} where require_own_disks does, or if a device that others added would go.
  virtual void redefine_vm(const std::string& uuid, const VmDefinition& definition) = 0;
  /// Throws Error{conflict} if a VM's disks are not those of its record, as after an external snapshot; of
  /// one that is up, the first disk as it is now counts, too. Throws Error{not_found}.
  virtual void require_own_disks(const VmName& name) = 0;
  /// Copies what the overlay of a VM that is up takes from its base into it, while the guest goes on, and
  /// looks that it stands alone. Its record is left to the caller. Throws Error{not_found}; Error{conflict}
  /// if the VM is down, or has snapshots or disks of others; Error{interrupted}, with the VM as it was.
  virtual void pull_base(const VmName& name, const CopyProgress& progress, const std::stop_token& stop) = 0;
  /// Marks a VM complete, which is the last step of making it. Throws Error{not_found}.
  virtual void complete_vm(const VmName& name) = 0;
  /// Marks a VM incomplete, which is the first step of removing it. Throws Error{not_found}.
  virtual void reopen_vm(const VmName& name) = 0;
  /// Records the run that has yet to confirm the VM; empty confirms it. Throws Error{not_found}.
  virtual void set_unconfirmed(const VmName& name, const std::string& run) = 0;
  /// Forgets a stopped VM, with managed save, NVRAM, snapshot and checkpoint metadata. False if there was
  /// none.
  virtual bool undefine_vm(const VmName& name) = 0;
  /// Starts a stopped VM; one that is up is left alone. Throws Error{not_found}; Error{conflict} if a
  /// forwarded port is taken (and the VM stays stopped).
  virtual Beginning start_vm(const VmName& name, StartMode mode) = 0;
  /// Sets the guest's clock by its agent, for which it waits some seconds. False if the guest has no agent
  /// that does so, or is not running. Throws Error{not_found}.
  virtual bool set_clock(const VmName& name, std::chrono::system_clock::time_point time) = 0;
  /// Asks the guest to power off (ACPI); returns soon, also if it hangs. No effect on a stopped VM.
  virtual void shut_down_vm(const VmName& name) = 0;
  /// Ends a VM as a power cut would. No effect on a stopped or absent VM.
  virtual void force_off_vm(const VmName& name) = 0;
  /// Where a VM's NIC is found to be, as leases, the guest's agent or the host's ARP table have it, in this
  /// order.
  virtual std::optional<Ipv4Address> find_address(const VmName& name, const MacAddress& mac) = 0;

  /// Lets who knows the password look at the screen of a VM that is up, until it is down; until then nobody
  /// may, where the screen is on a port. On a socket, who may open it needs none. Throws Error{not_found};
  /// Error{unavailable} if it is down or has no screen.
  virtual ScreenPlace open_screen(const VmName& name, const std::string& password) = 0;
  /// What is on the screen of a VM that is up, as PNG. Throws as open_screen does.
  virtual std::string screenshot(const VmName& name) = 0;

  /// Tells what becomes of domains from now on, in order: of ours, and of others' whose names VMs could have.
  virtual std::unique_ptr<Subscription> subscribe(DomainListener listener) = 0;

  // --- Snapshots of a VM, which go with it, whoever took them.

  /// In the order in which they were taken. Throws Error{not_found} if there is no such VM; so do the others.
  virtual std::vector<Snapshot> snapshots(const VmName& vm) = 0;
  /// Keeps what the VM is now; a running one waits meanwhile, and goes on. Throws Error{conflict} if it has
  /// one of this name.
  virtual void take_snapshot(const VmName& vm, const SnapshotName& name) = 0;
  /// Makes the VM what it was: what it became since is lost. It runs, is paused or is down as it was then.
  /// Throws Error{not_found}.
  virtual void revert_to_snapshot(const VmName& vm, const std::string& name) = 0;
  /// False if it has none of this name.
  virtual bool delete_snapshot(const VmName& vm, const std::string& name) = 0;

  // --- Templates: inactive domains NAME.template with nocloud's metadata.

  /// All that are readable, sorted by name.
  virtual std::vector<Template> templates() = 0;
  virtual std::optional<Template> find_template(const TemplateName& name) = 0;
  /// Throws Error{conflict} if any domain has the name NAME.template.
  virtual void define_template(const Template& definition) = 0;
  /// Changes the record; what it has that this release does not know stays. Throws Error{not_found}.
  virtual void redefine_template(const Template& definition) = 0;
  virtual bool undefine_template(const TemplateName& name) = 0;

  // --- Volumes of nocloud's own storage pool `nocloud`, which is made and started when it is missing.

  /// Sorted, as known at the last refresh; to find_volume and base_of a volume without a file is absent.
  virtual std::vector<VolumeName> volume_names() = 0;
  /// Makes the host look for files that it did not make itself, such as console logs.
  virtual void refresh_volumes() = 0;
  /// The same for others' active pools of files. Gives the errors of those that could not be looked at. One
  /// whose folder is known to be gone is left as it is: the host would stop it.
  virtual std::vector<Error> refresh_other_pools() = 0;
  /// The room that is left on the pool's disk, in bytes; nothing if that can't be known.
  virtual std::optional<std::uint64_t> free_bytes() = 0;
  virtual std::optional<Volume> find_volume(const VolumeName& name) = 0;
  /// An empty volume. Throws Error{conflict} if it is there already.
  virtual void create_volume(const NewVolume& volume) = 0;
  /// A qcow2 volume that holds only what differs from `base` (qcow2, by explicit format), no smaller than it.
  /// Throws Error{conflict} if it is there already, Error{not_found} if the base is not.
  virtual void create_overlay(const VolumeName& name, const VolumeName& base) = 0;
  /// Makes a volume at least this large, in bytes; what is in it stays. Throws Error{not_found}.
  virtual void grow_volume(const VolumeName& name, std::uint64_t capacity_bytes) = 0;
  /// Fills a volume from its start. Throws Error{not_found}; what `source` throws passes through and ends the
  /// upload.
  virtual void upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source) = 0;
  /// At most `most` bytes of a raw volume from `offset` on; nothing at its end. Throws Error{not_found}.
  virtual std::string read_volume(const VolumeName& name, std::uint64_t offset, std::size_t most) = 0;
  /// Gives all that a volume's file holds, whatever its format. Throws Error{not_found}; what `sink` throws
  /// passes through and ends the download.
  virtual void download(const VolumeName& name, const ByteSink& sink) = 0;
  /// The volume below an overlay, as the host knows it (see refresh_volumes); nothing for one that stands
  /// alone or is not there.
  virtual std::optional<VolumeName> base_of(const VolumeName& name) = 0;
  virtual bool delete_volume(const VolumeName& name) = 0;

  // --- Networks

  /// What the host has under this name; `unknown` where that can't be known.
  virtual HostInterface find_interface(const BridgeName& name) = 0;
  virtual std::optional<Network> find_network(const NetworkName& name) = 0;
  /// Every subnet that a network of this host uses, nocloud's or not.
  virtual std::vector<Ipv4Subnet> subnets_in_use() = 0;
  /// The subnets to which the host has routes, the default route aside; a single host is the /30 around it.
  /// Known of this machine only: none for another.
  virtual std::vector<Ipv4Subnet> routed_subnets() = 0;
  /// Defines (for good) and starts a network. Throws Error{conflict} if the name is taken.
  virtual void define_network(const NetworkPlan& plan) = 0;
  /// Starts a network that is there. False if it was active already. Throws Error{not_found}.
  virtual bool start_network(const NetworkName& name) = 0;
  /// Forgets and stops a network. False if there was none.
  virtual bool undefine_network(const NetworkName& name) = 0;
  /// Holds the address for the VM. False, with nothing changed, if the MAC, the address or the name is held
  /// already.
  virtual bool claim_address(const NetworkName& network, const AddressClaim& claim, DhcpEffect effect) = 0;
  /// Lets go of what this VM holds. False if it held nothing.
  virtual bool release_address(const NetworkName& network, const VmName& name) = 0;
  /// Makes the network's DNS answer the name with the address, at once; replaces what either of them had.
  virtual void publish_name(const NetworkName& network, const VmName& name, Ipv4Address address) = 0;
  virtual bool withdraw_name(const NetworkName& network, const VmName& name) = 0;
  virtual std::vector<Lease> leases(const NetworkName& network) = 0;

  // --- Trials

  /// Boots a kernel in a throw-away guest until it writes its first line on the console, and says whether it
  /// did so within `limit`. Leaves nothing behind. Throws Error{interrupted}.
  virtual bool trial_boot(const TrialBoot& trial, std::chrono::milliseconds limit,
                          const std::stop_token& stop) = 0;
};

}  // namespace nocloud
