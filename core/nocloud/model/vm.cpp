#include "nocloud/model/vm.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

VolumeName volume_of(const VmName& name, std::string_view suffix) {
  return VolumeName::parse(fmt::format("{}.{}", name, suffix));
}

}  // namespace

std::optional<NetworkList> networks_of(const std::vector<Nic>& nics) {
  std::vector<NetworkChoice> networks;
  for (const auto& nic : nics) {
    if (nic.network.kind != NetworkKind::group) networks.push_back(nic.network);
  }
  if (networks.empty()) return std::nullopt;
  return NetworkList(std::move(networks));
}

VmSummary summary_of(const Vm& vm) {
  return {.name = vm.name,
          .group = vm.group,
          .type = vm.type,
          .template_name = vm.template_name,
          .owner = vm.owner,
          .user = vm.user,
          .init = vm.init,
          .host_key = vm.host_key,
          .nics = vm.nics,
          .complete = vm.complete,
          .uuid = vm.uuid,
          .state = vm.state};
}

bool is_up(VmState state) {
  return state == VmState::running || state == VmState::paused;
}

std::string_view word_for(VmState state) {
  switch (state) {
    case VmState::stopped:
      return "stopped";
    case VmState::running:
      return "running";
    case VmState::paused:
      return "paused";
    case VmState::crashed:
      return "crashed";
  }
  throw Error(ErrorKind::failed, "internal error: a VM in no state");
}

std::string_view word_for(VirtType type) {
  return type == VirtType::kvm ? "kvm" : "qemu";
}

std::string_view word_for(GuestInit init) {
  return init == GuestInit::cloud_init ? "cloud-init" : "none";
}

VirtType virt_type_from(std::string_view word) {
  if (word == word_for(VirtType::kvm)) return VirtType::kvm;
  if (word == word_for(VirtType::qemu)) return VirtType::qemu;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no kind of virtualisation", cited(word)),
              "Say kvm or qemu.");
}

GuestInit guest_init_from(std::string_view word) {
  if (word == word_for(GuestInit::cloud_init)) return GuestInit::cloud_init;
  if (word == word_for(GuestInit::none)) return GuestInit::none;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no way to set a guest up", cited(word)),
              "Say cloud-init or none.");
}

std::string_view word_for(Installation::Screen screen) {
  switch (screen) {
    case Installation::Screen::none:
      return "none";
    case Installation::Screen::socket:
      return "socket";
    case Installation::Screen::port:
      return "port";
  }
  return "";
}

Installation::Screen screen_from(std::string_view word) {
  for (const auto screen :
       {Installation::Screen::none, Installation::Screen::socket, Installation::Screen::port}) {
    if (word == word_for(screen)) return screen;
  }
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no kind of screen", cited(word)));
}

VolumeName overlay_of(const VmName& name) {
  return volume_of(name, "qcow2");
}

VolumeName disk_of(const VmName& name, std::size_t index) {
  return volume_of(name, fmt::format("disk{}.qcow2", index));
}

VolumeName seed_of(const VmName& name) {
  return volume_of(name, "seed.iso");
}

VolumeName console_log_of(const VmName& name) {
  return volume_of(name, "console.log");
}

VolumeName kernel_of(const VmName& name) {
  return volume_of(name, "vmlinuz");
}

VolumeName initrd_of(const VmName& name) {
  return volume_of(name, "initrd");
}

VolumeName medium_of(const VmName& name) {
  return volume_of(name, "iso");
}

namespace {

/// What follows the VM's name and a dot; nothing if the volume does not begin so.
std::optional<std::string_view> part_of(const VmName& name, std::string_view volume) {
  const auto begin = name.str() + '.';
  if (!volume.starts_with(begin)) return std::nullopt;
  return volume.substr(begin.size());
}

bool is_number_after(std::string_view stem, std::string_view text) {
  return text.starts_with(stem) && parse_number<unsigned>(text.substr(stem.size())).has_value();
}

}  // namespace

bool belongs_to(const VmName& name, std::string_view volume) {
  const auto part = part_of(name, volume);
  if (!part) return false;
  for (const auto* known : {"seed.iso", "console.log", "vmlinuz", "initrd", "iso"}) {
    if (*part == known) return true;
  }
  // libvirt keeps a log's former parts.
  return is_number_after("console.log.", *part) || is_disk_of(name, volume);
}

bool is_disk_of(const VmName& name, std::string_view volume) {
  constexpr std::string_view ending = ".qcow2";
  const auto part = part_of(name, volume);
  if (!part) return false;
  return *part == "qcow2" ||
         (part->ends_with(ending) && is_number_after("disk", part->substr(0, part->size() - ending.size())));
}

}  // namespace nocloud
