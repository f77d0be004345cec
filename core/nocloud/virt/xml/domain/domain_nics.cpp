#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/xml/domain/domain_devices.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

/// Arguments for QEMU beside those that libvirt makes.
class QemuArguments {
 public:
  explicit QemuArguments(pugi::xml_node domain) : domain_(domain) {}

  /// A NIC on a network that QEMU itself makes; `index` sets it apart from the domain's others.
  void add_nic(const Nic& nic, std::size_t index, const std::string& network) {
    add("-netdev", fmt::format("{},id=nocloud{}{}", network.substr(0, network.find(',')), index,
                               network.substr(network.find(','))));
    // libvirt knows nothing of this device, so it has to sit where libvirt puts none: q35's own bus, from the
    // middle up.
    add("-device",
        fmt::format("virtio-net-pci,netdev=nocloud{0},id=nocloud-nic{0},mac={1},bus=pcie.0,addr={2:#x}",
                    index, nic.mac.str(), first_slot + index));
  }

 private:
  static constexpr std::size_t first_slot = 0x10;

  void add(const char* option, const std::string& value) {
    if (!line_) {
      set_attribute(domain_, "xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0");
      line_ = domain_.append_child("qemu:commandline");
    }
    append_with(line_, "qemu:arg", "value", option);
    append_with(line_, "qemu:arg", "value", value);
  }

  pugi::xml_node domain_;
  pugi::xml_node line_;
};

pugi::xml_node append_interface(pugi::xml_node devices, const char* type, const Nic& nic) {
  auto interface = append_with(devices, "interface", "type", type);
  append_with(interface, "mac", "address", nic.mac.str());
  return interface;
}

void append_passt(pugi::xml_node devices, const Nic& nic) {
  if (nic.network.name == NetworkChoice::restricted) {
    throw Error(ErrorKind::unavailable,
                "this host cannot restrict a user network: its QEMU has none of its own",
                "Use the network user, or install a QEMU with slirp.");
  }
  auto interface = append_interface(devices, "user", nic);
  append_with(interface, "backend", "type", "passt");
  if (nic.port) {
    auto forward = append_with(interface, "portForward", "proto", "tcp");
    set_attribute(forward, "address", "127.0.0.1");
    auto range = append_with(forward, "range", "start", std::to_string(*nic.port));
    set_attribute(range, "to", "22");
  }
  append_with(interface, "model", "type", "virtio");
}

std::string slirp(const Nic& nic, std::size_t index) {
  // Without IPv6: slirp offers it whether the host has any or not, and guests wait for answers that never
  // come.
  auto network = fmt::format("user,net=10.0.{}.0/24,ipv6=off", 2 + index);
  if (nic.network.name == NetworkChoice::restricted) network += ",restrict=on";
  if (nic.port) network += fmt::format(",hostfwd=tcp:127.0.0.1:{}-:22", *nic.port);
  return network;
}

std::string loopback_hub(const MeetingPoint& point) {
  // Bound to loopback by localaddr, or else the group's frames would go out to the LAN.
  return fmt::format("socket,mcast={},localaddr=127.0.0.1", point.str());
}

/// Where a group meets whose VMs were made by the first version: any local user can find that out.
MeetingPoint guessable_point(const std::string& group, const Owner& owner) {
  return MeetingPoint::of_text(fmt::format("group:{}/{}", owner.str(), group));
}

}  // namespace

void append_nics(pugi::xml_node domain, const VmDefinition& definition, const DomainHost& host) {
  auto devices = domain.child("devices");
  QemuArguments arguments(domain);
  for (std::size_t index = 0; index < definition.nics.size(); ++index) {
    const auto& nic = definition.nics[index];
    const std::string& name = one_line(nic.network.name, "the network");
    switch (nic.network.kind) {
      case NetworkKind::nat: {
        auto interface = append_interface(devices, "network", nic);
        append_with(interface, "source", "network", name);
        append_with(interface, "model", "type", "virtio");
        break;
      }
      case NetworkKind::bridge: {
        auto interface = append_interface(devices, "bridge", nic);
        append_with(interface, "source", "bridge", name);
        append_with(interface, "model", "type", "virtio");
        break;
      }
      case NetworkKind::user:
        if (host.passt)
          append_passt(devices, nic);
        else
          arguments.add_nic(nic, index, slirp(nic, index));
        break;
      case NetworkKind::group:
        arguments.add_nic(nic, index,
                          loopback_hub(nic.meeting.value_or(guessable_point(name, definition.owner))));
        break;
    }
  }
}

}  // namespace nocloud
