#include "nocloud/virt/xml/domain/domain_xml.hpp"

#include <fmt/format.h>

#include "nocloud/virt/domain_names.hpp"
#include "nocloud/virt/xml/domain/domain_devices.hpp"
#include "nocloud/virt/xml/domain/domain_record.hpp"
#include "nocloud/virt/xml/domain/domain_screen.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

/// Beside disks and NICs: the serial bus of the agent's channel, the source of randomness, the balloon.
constexpr std::size_t other_pci_devices = 3;

std::vector<Disk> disks_of(const VmDefinition& definition, const DomainHost& host) {
  std::vector<Disk> disks{{.path = path_in_pool(host, overlay_of(definition.name))}};
  for (std::size_t i = 1; i <= definition.disks.size(); ++i) {
    disks.push_back({.path = path_in_pool(host, disk_of(definition.name, i))});
  }
  // Last, so that the others keep the letters that a user expects.
  const bool installer_seed = definition.installation && definition.installation->seed;
  if (definition.init == GuestInit::cloud_init || installer_seed) {
    disks.push_back({.path = path_in_pool(host, seed_of(definition.name)),
                     .format = NewVolume::Format::raw,
                     .read_only = true});
  }
  return disks;
}

pugi::xml_node append_console(pugi::xml_node devices) {
  auto serial = append_with(devices, "serial", "type", "pty");
  append_with(serial, "target", "port", "0");
  auto console = append_with(devices, "console", "type", "pty");
  auto target = append_with(console, "target", "type", "serial");
  set_attribute(target, "port", "0");
  return serial;
}

void append_log(pugi::xml_node serial, const std::string& path) {
  auto log = serial.prepend_child("log");
  set_attribute(log, "file", path);
  set_attribute(log, "append", "off");
}

void append_agent_channel(pugi::xml_node devices) {
  auto channel = append_with(devices, "channel", "type", "unix");
  auto target = append_with(channel, "target", "type", "virtio");
  set_attribute(target, "name", "org.qemu.guest_agent.0");
}

void append_randomness(pugi::xml_node devices) {
  auto rng = append_with(devices, "rng", "model", "virtio");
  set_attribute(append_text(rng, "backend", "/dev/urandom"), "model", "random");
}

pugi::xml_node append_bare_devices(pugi::xml_node domain, std::size_t pci_devices) {
  auto devices = domain.append_child("devices");
  append_pci_ports(devices, pci_devices);
  auto usb = append_with(devices, "controller", "type", "usb");
  set_attribute(usb, "model", "none");
  return devices;
}

void append_balloon(pugi::xml_node devices, const char* model) {
  auto balloon = append_with(devices, "memballoon", "model", model);
  // Pages that the guest frees go back to the host: many VMs, few of them busy.
  if (model == std::string_view("virtio")) set_attribute(balloon, "freePageReporting", "on");
}

}  // namespace

std::string domain_xml(const VmDefinition& definition, const DomainHost& host, std::string_view uuid) {
  pugi::xml_document document;
  auto domain = append_domain(document, {.name = definition.name.str(),
                                         .uuid = uuid,
                                         .virt_type = definition.virt_type,
                                         .memory = definition.memory,
                                         .cpus = definition.cpus});
  append_record(domain.child("metadata"), definition);
  append_board(domain,
               {.virt_type = definition.virt_type,
                .boot = definition.boot,
                .tells_of_seed = definition.init == GuestInit::cloud_init,
                .medium = definition.installation && definition.installation->medium,
                // An installer that is booted directly would begin again.
                .reboots = !(definition.installation && definition.boot)},
               host);
  const auto disks = disks_of(definition, host);
  auto devices = append_bare_devices(domain, disks.size() + definition.nics.size() + other_pci_devices);
  for (std::size_t i = 0; i < disks.size(); ++i) append_disk(devices, disks[i], i);
  if (definition.installation && definition.installation->medium) {
    append_drive(devices, path_in_pool(host, medium_of(definition.name)));
  }
  append_log(append_console(devices), path_in_pool(host, console_log_of(definition.name)));
  if (definition.installation) append_screen(devices, definition.installation->screen);
  append_agent_channel(devices);
  append_randomness(devices);
  append_balloon(devices, "virtio");
  append_nics(domain, definition, host);
  return xml_text(document);
}

std::string domain_xml(const Template& definition, const DomainHost& host, std::string_view uuid) {
  pugi::xml_document document;
  auto domain = append_domain(document, {.name = template_domain(definition.name),
                                         .uuid = uuid,
                                         .memory = definition.memory,
                                         .cpus = definition.cpus});
  append_record(domain.child("metadata"), definition);
  append_board(domain, {.boot = definition.boot}, host);
  auto devices = append_bare_devices(domain, 1);
  append_disk(devices, {.path = path_in_pool(host, definition.base), .read_only = true}, 0);
  append_balloon(devices, "none");
  return xml_text(document);
}

std::string trial_domain_xml(const TrialBoot& trial, const std::string& name, const DomainHost& host) {
  pugi::xml_document document;
  auto domain = append_domain(
      document,
      {.name = name, .virt_type = trial.virt_type, .memory = Memory::of_mib(512), .cpus = CpuCount::of(1)});
  auto boot = trial.boot;
  // A template's kernel may be told to be quiet; here its first words are all that matters.
  if (boot) boot->command_line += " console=ttyS0 ignore_loglevel";
  append_board(domain, {.virt_type = trial.virt_type, .boot = boot}, host);
  auto devices = append_bare_devices(domain, 1);
  append_disk(devices, {.path = path_in_pool(host, trial.base), .read_only = true}, 0);
  append_console(devices);
  append_balloon(devices, "none");
  return xml_text(document);
}

}  // namespace nocloud
