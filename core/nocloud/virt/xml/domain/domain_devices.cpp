#include "nocloud/virt/xml/domain/domain_devices.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

constexpr std::string_view no_timer_check = "no_timer_check";

/// An emulated timer that a busy host serves late makes Linux panic: "IO-APIC + timer doesn't work!". Under
/// KVM the kernel leaves that check out by itself. The argument comes first: what follows `--` is not the
/// kernel's.
std::string command_line_of(const Board& board, const DomainHost& host) {
  auto text = one_line(board.boot->command_line, "the kernel's command line");
  if (board.virt_type == VirtType::kvm || !is_x86(host)) return text;
  const auto words = split(text, ' ');
  const bool given = std::ranges::find(words, no_timer_check) != words.end();
  return given ? text : fmt::format("{}{}{}", no_timer_check, text.empty() ? "" : " ", text);
}

void append_os(pugi::xml_node domain, const Board& board, const DomainHost& host) {
  auto os = domain.append_child("os");
  auto type = append_text(os, "type", "hvm");
  if (const auto machine = machine_of(host); !machine.empty())
    set_attribute(type, "machine", std::string(machine));
  if (board.boot) {
    append_text(os, "kernel", path_in_pool(host, board.boot->kernel));
    append_text(os, "initrd", path_in_pool(host, board.boot->initrd));
    append_text(os, "cmdline", command_line_of(board, host));
  } else {
    append_with(os, "boot", "dev", "hd");
    if (board.medium) append_with(os, "boot", "dev", "cdrom");
  }
  if (board.tells_of_seed && is_x86(host)) append_with(os, "smbios", "mode", "sysinfo");
}

void append_seed_hint(pugi::xml_node domain) {
  auto system = append_with(domain, "sysinfo", "type", "smbios").append_child("system");
  set_attribute(append_text(system, "entry", "ds=nocloud"), "name", "serial");
}

/// Under KVM the host's own CPU; under emulation all that QEMU can, since distributions have come to ask for
/// more than its default model has (x86-64-v2).
void append_cpu(pugi::xml_node domain, VirtType virt_type) {
  append_with(domain, "cpu", "mode", virt_type == VirtType::kvm ? "host-passthrough" : "maximum");
}

}  // namespace

std::string path_in_pool(const DomainHost& host, const VolumeName& volume) {
  return fmt::format("{}/{}", host.pool_path, volume);
}

bool is_x86(const DomainHost& host) {
  return host.architecture == "x86_64" || host.architecture == "i686";
}

std::string_view machine_of(const DomainHost& host) {
  return is_x86(host) ? "q35" : "";
}

pugi::xml_node append_domain(pugi::xml_document& document, const DomainHead& head) {
  auto domain = append_with(document.root(), "domain", "type", std::string(word_for(head.virt_type)));
  append_text(domain, "name", head.name);
  if (!head.uuid.empty()) append_text(domain, "uuid", std::string(head.uuid));
  domain.append_child("metadata");
  set_attribute(append_text(domain, "memory", std::to_string(head.memory.mib())), "unit", "MiB");
  append_text(domain, "vcpu", std::to_string(head.cpus.count()));
  return domain;
}

void append_board(pugi::xml_node domain, const Board& board, const DomainHost& host) {
  if (board.tells_of_seed && is_x86(host)) append_seed_hint(domain);
  append_os(domain, board, host);
  if (is_x86(host)) {
    auto features = domain.append_child("features");
    features.append_child("acpi");
    features.append_child("apic");
  }
  append_cpu(domain, board.virt_type);
  append_with(domain, "clock", "offset", "utc");
  append_text(domain, "on_poweroff", "destroy");
  append_text(domain, "on_reboot", board.reboots ? "restart" : "destroy");
  append_text(domain, "on_crash", "destroy");
}

void append_disk(pugi::xml_node devices, const Disk& disk, std::size_t index) {
  auto node = append_with(devices, "disk", "type", "file");
  set_attribute(node, "device", "disk");
  auto driver = append_with(node, "driver", "name", "qemu");
  const bool qcow2 = disk.format == NewVolume::Format::qcow2;
  set_attribute(driver, "type", qcow2 ? "qcow2" : "raw");
  if (!disk.read_only) set_attribute(driver, "discard", "unmap");
  append_with(node, "source", "file", disk.path);
  auto target = append_with(node, "target", "dev", fmt::format("vd{}", static_cast<char>('a' + index)));
  set_attribute(target, "bus", "virtio");
  if (disk.read_only) node.append_child("readonly");
}

void append_drive(pugi::xml_node devices, const std::string& path) {
  auto node = append_with(devices, "disk", "type", "file");
  set_attribute(node, "device", "cdrom");
  set_attribute(append_with(node, "driver", "name", "qemu"), "type", "raw");
  append_with(node, "source", "file", path);
  // Not virtio: every installer finds this one.
  set_attribute(append_with(node, "target", "dev", "sda"), "bus", "sata");
  node.append_child("readonly");
}

void append_pci_ports(pugi::xml_node devices, std::size_t needed) {
  constexpr std::size_t spare = 4;
  const auto controller = [&](std::size_t index, const char* model) {
    auto node = append_with(devices, "controller", "type", "pci");
    set_attribute(node, "index", std::to_string(index));
    set_attribute(node, "model", model);
  };
  controller(0, "pcie-root");
  for (std::size_t i = 1; i <= needed + spare; ++i) controller(i, "pcie-root-port");
}

}  // namespace nocloud
