#pragma once

#include <string>
#include <string_view>

#include <pugixml.hpp>

#include "nocloud/model/vm.hpp"
#include "nocloud/virt/xml/domain/domain_xml.hpp"

// The parts from which domains are put together.

namespace nocloud {

/// Name, UUID, memory and CPUs: what every domain starts with.
struct DomainHead {
  std::string name;
  std::string_view uuid = {};
  VirtType virt_type = VirtType::qemu;
  Memory memory;
  CpuCount cpus;
};
pugi::xml_node append_domain(pugi::xml_document& document, const DomainHead& head);

/// Machine, firmware or kernel, CPU and what else there is before the devices.
struct Board {
  VirtType virt_type = VirtType::qemu;
  std::optional<DirectBoot> boot = std::nullopt;
  /// Tells the guest by SMBIOS that its cloud-init data is on a disk of its own.
  bool tells_of_seed = false;
  /// Whether it boots from its drive where the first disk has nothing to boot.
  bool medium = false;
  /// Whether it goes on when the guest reboots; else it is off then.
  bool reboots = true;
};
void append_board(pugi::xml_node domain, const Board& board, const DomainHost& host);

struct Disk {
  std::string path;
  NewVolume::Format format = NewVolume::Format::qcow2;
  bool read_only = false;
};
/// The `index`-th virtio disk, counted from 0: vda, vdb, …
void append_disk(pugi::xml_node devices, const Disk& disk, std::size_t index);

/// A drive with an ISO image in it.
void append_drive(pugi::xml_node devices, const std::string& path);

/// Room for `needed` PCI devices and for some more to be plugged in later.
void append_pci_ports(pugi::xml_node devices, std::size_t needed);

/// The NICs, in order; those that libvirt can't describe become arguments of QEMU.
void append_nics(pugi::xml_node domain, const VmDefinition& definition, const DomainHost& host);

std::string path_in_pool(const DomainHost& host, const VolumeName& volume);
bool is_x86(const DomainHost& host);
/// The machine type of its guests; empty for the one that QEMU takes by itself.
std::string_view machine_of(const DomainHost& host);

}  // namespace nocloud
