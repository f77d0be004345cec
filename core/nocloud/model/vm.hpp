#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/ipv4.hpp"
#include "nocloud/model/mac_address.hpp"
#include "nocloud/model/meeting_point.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/model/network_list.hpp"
#include "nocloud/model/owner.hpp"
#include "nocloud/model/quantity.hpp"

namespace nocloud {

/// What configures a guest at its first boot.
enum class GuestInit { cloud_init, none };
enum class VirtType { kvm, qemu };

/// A kernel that the hypervisor boots itself, past firmware and boot loader.
struct DirectBoot {
  VolumeName kernel;
  VolumeName initrd;
  std::string command_line;
  bool operator==(const DirectBoot&) const = default;
};

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): without a MAC there is no Nic to be made.
struct Nic {
  NetworkChoice network;
  MacAddress mac;
  /// The forwarded SSH port on 127.0.0.1 of the VM's host; `user` networks only.
  std::optional<std::uint16_t> port = std::nullopt;
  /// The address that the VM's own record fixes; `group` networks only (a `nat` network keeps its claims
  /// itself).
  std::optional<Ipv4Address> address = std::nullopt;
  /// `group` networks only; nothing for VMs of the first version, whose point follows from group and owner.
  std::optional<MeetingPoint> meeting = std::nullopt;
  bool operator==(const Nic&) const = default;
};

/// What a VM has only while its disk is being installed.
struct Installation {
  /// Whether the installer's ISO image is in its drive.
  bool medium = false;
  /// Whether a disk tells the installer all answers, as cloud-init's data source.
  bool seed = false;
  /// Where a person looks at it by VNC: on a UNIX socket of the hypervisor's own user, or on a port of the
  /// host's loopback device.
  enum class Screen { none, socket, port } screen = Screen::none;
  bool operator==(const Installation&) const = default;
};

/// All that nocloud decides about a VM; its domain keeps it.
struct VmDefinition {
  VmName name;
  GroupName group;
  TypeName type;
  TemplateName template_name;
  Owner owner;
  UserName user;
  GuestInit init = GuestInit::cloud_init;
  /// "ssh-ed25519 AAAA…", the public host key that this guest is to answer with.
  std::string host_key = {};
  /// SHA-256 of the user's user-data, lower-case hex; empty if there was none.
  std::string user_data_sha256 = {};
  VirtType virt_type = VirtType::kvm;
  Memory memory;
  CpuCount cpus;
  /// The read-only image volume below the VM's overlay; nothing once the VM stands alone.
  std::optional<VolumeName> base;
  std::vector<DiskSize> disks = {};
  std::optional<DirectBoot> boot = std::nullopt;
  std::vector<Nic> nics = {};
  std::optional<Installation> installation = std::nullopt;
  /// False from the claim of the name until every volume and claim of the VM is there.
  bool complete = false;
  /// The id of the run that made the VM and has not confirmed yet that it has saved that; empty for a VM that
  /// is confirmed, and for one whose maker saves nothing.
  std::string unconfirmed = {};

  bool operator==(const VmDefinition&) const = default;
};

/// The networks that a VM with these NICs was put on, whatever else they are for; nothing if it has none.
/// Throws Error{invalid_input} if nobody can have asked for them.
std::optional<NetworkList> networks_of(const std::vector<Nic>& nics);

enum class VmState { stopped, running, paused, crashed };

/// A VM as it was found.
struct Vm : VmDefinition {
  std::string uuid;
  VmState state = VmState::stopped;
  /// Why it is in this state where the hypervisor found a fault: "internal error", "I/O error"; else empty.
  std::string fault = {};
};

/// What tells a VM from others and how it is reached: what nocloud's own record has, without the domain's.
struct VmSummary {
  VmName name;
  GroupName group;
  TypeName type;
  TemplateName template_name;
  Owner owner;
  UserName user;
  GuestInit init = GuestInit::cloud_init;
  std::string host_key = {};
  std::vector<Nic> nics = {};
  bool complete = false;
  std::string uuid = {};
  VmState state = VmState::stopped;

  bool operator==(const VmSummary&) const = default;
};

VmSummary summary_of(const Vm& vm);

/// Whether the guest has memory and devices: running or paused.
bool is_up(VmState state);

std::string_view word_for(VmState state);
std::string_view word_for(VirtType type);
std::string_view word_for(GuestInit init);
/// The inverses; throw Error{invalid_input}.
VirtType virt_type_from(std::string_view word);
GuestInit guest_init_from(std::string_view word);
std::string_view word_for(Installation::Screen screen);
Installation::Screen screen_from(std::string_view word);

/// The volumes that belong to a VM. No other volume has such a name, though it may start with "NAME.", too.
VolumeName overlay_of(const VmName& name);
/// `index` counts from 1.
VolumeName disk_of(const VmName& name, std::size_t index);
VolumeName seed_of(const VmName& name);
VolumeName console_log_of(const VmName& name);
/// Of an installer: its kernel, its initrd and its ISO image.
VolumeName kernel_of(const VmName& name);
VolumeName initrd_of(const VmName& name);
VolumeName medium_of(const VmName& name);
bool belongs_to(const VmName& name, std::string_view volume);
/// Whether that volume is one of the VM's disks, which hold its data.
bool is_disk_of(const VmName& name, std::string_view volume);

}  // namespace nocloud
