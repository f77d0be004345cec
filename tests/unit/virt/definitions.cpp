#include "unit/virt/definitions.hpp"

namespace nocloud::test {

VmDefinition usual_vm() {
  return {.name = VmName::parse("web00"),
          .group = GroupName::parse("pftest"),
          .type = TypeName::parse("web"),
          .template_name = TemplateName::parse("debian12"),
          .owner = {.user = "anna", .host = "desk"},
          .user = UserName::parse("debian"),
          .host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample",
          .user_data_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          .virt_type = VirtType::kvm,
          .memory = Memory::of_mib(1024),
          .cpus = CpuCount::of(2),
          .base = VolumeName::parse("sha256-1f.qcow2"),
          .nics = {{.network = {.kind = NetworkKind::nat, .name = "nocloud"},
                    .mac = MacAddress::parse("52:54:00:d0:5c:02")}},
          .complete = true};
}

VmDefinition user_vm() {
  auto definition = usual_vm();
  definition.virt_type = VirtType::qemu;
  definition.user_data_sha256 = "";
  definition.disks = {DiskSize::of_gib(5), DiskSize::of_gib(7)};
  definition.boot = DirectBoot{.kernel = VolumeName::parse("sha256-2a.kernel"),
                               .initrd = VolumeName::parse("sha256-3b.initrd"),
                               .command_line = "root=/dev/vda console=ttyS0"};
  definition.nics = {{.network = {.kind = NetworkKind::user, .name = {}},
                      .mac = MacAddress::parse("52:54:00:d0:5c:02"),
                      .port = 22077},
                     {.network = {.kind = NetworkKind::group, .name = "pftest"},
                      .mac = MacAddress::parse("52:54:00:a9:96:6d"),
                      .address = Ipv4Address::parse("10.120.0.77")}};
  definition.complete = false;
  return definition;
}

VmDefinition bridged_vm() {
  auto definition = usual_vm();
  definition.init = GuestInit::none;
  definition.nics = {{.network = {.kind = NetworkKind::bridge, .name = "br0"},
                      .mac = MacAddress::parse("52:54:00:d0:5c:02")}};
  return definition;
}

VmDefinition unattended_vm() {
  auto definition = usual_vm();
  definition.init = GuestInit::none;
  definition.host_key = "";
  definition.base.reset();
  definition.boot = DirectBoot{.kernel = kernel_of(definition.name),
                               .initrd = initrd_of(definition.name),
                               .command_line = "auto=true"};
  definition.installation = Installation{.medium = true, .seed = true};
  return definition;
}

VmDefinition vm_by_hand() {
  auto definition = unattended_vm();
  definition.boot.reset();
  definition.installation = Installation{.medium = true, .screen = Installation::Screen::port};
  return definition;
}

Template usual_template() {
  return {.name = TemplateName::parse("debian12"),
          .owner = {.user = "anna", .host = "desk"},
          .base = VolumeName::parse("sha256-1f.qcow2"),
          .user = UserName::parse("debian"),
          .memory = Memory::of_mib(512),
          .cpus = CpuCount::of(1),
          .complete = true};
}

DomainHost usual_host() {
  return {.pool_path = "/var/lib/libvirt/images/nocloud", .architecture = "x86_64"};
}

}  // namespace nocloud::test
