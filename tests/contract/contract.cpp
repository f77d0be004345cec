#include "contract/contract.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace nocloud::test {

void PrintTo(const AdapterKind& kind, std::ostream* out) {
  *out << kind.name;
}

void Contract::SetUp() {
  adapter_ = GetParam().make();
  if (!adapter_) GTEST_SKIP() << "needs a libvirt of its own: set NOCLOUD_TEST_URI, as scripts/test does";
}

VmName Contract::vm_name(std::string_view stem) const {
  return VmName::parse(fmt::format("{}{}", adapter_->prefix(), stem));
}

TemplateName Contract::template_name(std::string_view stem) const {
  return TemplateName::parse(fmt::format("{}{}", adapter_->prefix(), stem));
}

VolumeName Contract::volume_name(std::string_view stem) const {
  return VolumeName::parse(fmt::format("{}{}", adapter_->prefix(), stem));
}

NetworkName Contract::network_name() const {
  return NetworkName::parse(adapter_->prefix() + "net");
}

VmDefinition Contract::definition_of(std::string_view stem) const {
  return {.name = vm_name(stem),
          .group = GroupName::parse("contract"),
          .type = TypeName::parse("web"),
          .template_name = template_name("tiny"),
          .owner = {.user = "anna", .host = "desk"},
          .user = UserName::parse("debian"),
          .init = GuestInit::none,
          .host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
          .virt_type = VirtType::qemu,
          .memory = Memory::of_mib(32),
          .cpus = CpuCount::of(1),
          .base = volume_name("base.qcow2")};
}

Template Contract::template_of(std::string_view stem) const {
  return {.name = template_name(stem),
          .owner = {.user = "anna", .host = "desk"},
          .base = volume_name("base.qcow2"),
          .user = UserName::parse("debian"),
          .memory = Memory::of_mib(512),
          .cpus = CpuCount::of(2)};
}

std::string Contract::make_vm(const VmDefinition& definition) {
  auto uuid = host().define_vm(definition);
  const auto& base = definition.base.value();
  if (!host().find_volume(base)) {
    host().create_volume({.name = base,
                          .format = NewVolume::Format::qcow2,
                          .capacity_bytes = std::uint64_t{1} << 26U,
                          .access = NewVolume::Access::everybody_reads});
  }
  host().create_overlay(overlay_of(definition.name), base);
  for (std::size_t i = 1; i <= definition.disks.size(); ++i) {
    host().create_volume({.name = disk_of(definition.name, i),
                          .format = NewVolume::Format::qcow2,
                          .capacity_bytes = definition.disks[i - 1].bytes()});
  }
  if (definition.init == GuestInit::cloud_init) {
    host().create_volume({.name = seed_of(definition.name), .capacity_bytes = 4096});
  }
  return uuid;
}

NetworkPlan Contract::network_plan() {
  const auto used = host().subnets_in_use();
  for (unsigned third = 0; third < 256; ++third) {
    const Ipv4Subnet subnet = Ipv4Subnet::parse(fmt::format("10.213.{}.1/24", third));
    if (std::ranges::any_of(used, [&](const auto& other) { return other.overlaps(subnet); })) continue;
    const auto first = subnet.network().number();
    return {.name = network_name(),
            .domain = "contract.test",
            .subnet = subnet,
            .dynamic = {Ipv4Address(first + 128), Ipv4Address(first + 254)},
            .bridge_mac = MacAddress::parse("52:54:00:df:83:6c")};
  }
  throw Error(ErrorKind::failed, "every subnet of 10.213.0.0/16 is used");
}

void Contract::fill(const VolumeName& name, std::string_view content) {
  auto rest = content;
  host().upload(name, content.size(), [&](std::size_t most) {
    std::string piece(rest.substr(0, most));
    rest.remove_prefix(piece.size());
    return piece;
  });
}

}  // namespace nocloud::test
