// What is read most often, and how its cost grows.

#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "nocloud/app/ansible_inventory.hpp"
#include "nocloud/model/identity.hpp"
#include "nocloud/model/spec/spec_file.hpp"
#include "nocloud/virt/xml/domain/domain_reading.hpp"
#include "nocloud/virt/xml/domain/domain_xml.hpp"
#include "nocloud/virt/xml/network_xml.hpp"

namespace nocloud {
namespace {

VmDefinition some_vm() {
  const auto name = VmName::parse("web00");
  return {.name = name,
          .group = GroupName::parse("pftest"),
          .type = TypeName::parse("web"),
          .template_name = TemplateName::parse("debian12"),
          .owner = {.user = "eva", .host = "here"},
          .user = UserName::parse("debian"),
          .host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
          .memory = Memory::of_mib(1024),
          .cpus = CpuCount::of(1),
          .base = VolumeName::parse("sha256-" + std::string(64, 'a') + ".qcow2"),
          .nics = {{.network = {}, .mac = mac_of_vm(name)}},
          .complete = true};
}

DomainHost some_host() {
  return {.pool_path = "/var/lib/libvirt/images/nocloud", .architecture = "x86_64"};
}

void write_domain(benchmark::State& state) {
  const auto vm = some_vm();
  const auto host = some_host();
  for (auto _ : state) benchmark::DoNotOptimize(domain_xml(vm, host));
}
BENCHMARK(write_domain);

void read_domain(benchmark::State& state) {
  const auto xml = domain_xml(some_vm(), some_host());
  for (auto _ : state) benchmark::DoNotOptimize(vm_from_domain(xml));
}
BENCHMARK(read_domain);

std::string network_with(std::int64_t claims) {
  std::string hosts;
  std::string names;
  for (std::int64_t i = 0; i < claims; ++i) {
    const auto name = VmName::parse(fmt::format("web{:02}", i));
    const auto address =
        Ipv4Address(Ipv4Address::parse("10.112.0.2").number() + static_cast<std::uint32_t>(i)).str();
    hosts += dhcp_host_xml({.mac = mac_of_vm(name).str(), .address = address, .names = {name.str()}});
    names += dns_host_xml({.address = address, .names = {name.str()}});
  }
  return fmt::format(
      "<network><name>nocloud</name><bridge name='virbr0'/><dns>{}</dns>"
      "<ip address='10.112.0.1' netmask='255.255.240.0'><dhcp>{}</dhcp></ip></network>",
      names, hosts);
}

void read_network(benchmark::State& state) {
  const auto xml = network_with(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(network_from_xml(xml));
}
BENCHMARK(read_network)->Arg(10)->Arg(100)->Arg(1000);

/// All that vminventory makes of what it was told.
void write_inventory(benchmark::State& state) {
  const SshAccess access{.known_hosts = "/home/eva/.local/share/nocloud/known_hosts",
                         .identity = "/home/eva/.local/share/nocloud/id_ed25519",
                         .uri = "qemu:///system"};
  std::vector<LocatedSummary> vms;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    Vm vm{some_vm(), "573a386e-d979-44da-92af-3837b00901f0"};
    vm.name = VmName::parse(fmt::format("web{:02}", i));
    vms.push_back({.vm = summary_of(vm),
                   .ip = Ipv4Address::parse("10.112.0.2"),
                   .endpoint = Endpoint{.host = "10.112.0.2", .port = 22}});
  }
  for (auto _ : state) benchmark::DoNotOptimize(inventory_json(vms, access, HostNaming::name).dump(2));
}
BENCHMARK(write_inventory)->Arg(200)->Arg(1000)->Unit(benchmark::kMillisecond);

void read_description(benchmark::State& state) {
  std::string text;
  for (std::int64_t line = 0; line < state.range(0) / 1000; ++line) {
    text += fmt::format("debian12:1000:type{}:mem=512;name=stem{}\n", line, line);
  }
  const auto group = GroupName::parse("bench");
  for (auto _ : state) benchmark::DoNotOptimize(read_spec(text, "bench", group));
}
BENCHMARK(read_description)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nocloud
