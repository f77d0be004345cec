#pragma once

#include "nocloud/model/identity.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud::test {

/// web00 of group pftest, running on the network `nocloud`.
inline Vm sample_vm(std::string_view name = "web00") {
  return {VmDefinition{
              .name = VmName::parse(name),
              .group = GroupName::parse("pftest"),
              .type = TypeName::parse("web"),
              .template_name = TemplateName::parse("debian12"),
              .owner = {.user = "eva", .host = "here"},
              .user = UserName::parse("debian"),
              .host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGEgaG9zdCBrZXkgb2YgMzIgYnl0ZXMgaW4gYSB0ZXN0",
              .virt_type = VirtType::qemu,
              .memory = Memory::of_mib(1024),
              .cpus = CpuCount::of(2),
              .base = VolumeName::parse("sha256-" + std::string(64, 'a') + ".qcow2"),
              .disks = {DiskSize::of_gib(5)},
              .nics = {{.network = {}, .mac = mac_of_vm(VmName::parse(name))}},
              .complete = true},
          "6d5d5c5e-0000-4000-8000-000000000001", VmState::running, ""};
}

inline LocatedVm located_vm(Vm vm = sample_vm()) {
  return {.vm = std::move(vm),
          .ip = Ipv4Address::parse("10.112.0.79"),
          .endpoint = Endpoint{.host = "10.112.0.79", .port = 22}};
}

}  // namespace nocloud::test
