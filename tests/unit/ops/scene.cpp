#include "unit/ops/scene.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "nocloud/virt/domain_names.hpp"

namespace nocloud::test {
namespace {

bool accounted_for(const FakeWorld& world, const VolumeName& volume) {
  const bool below = std::ranges::any_of(world.volumes, [&](const auto& entry) {
    return entry.second.base == volume && accounted_for(world, entry.first);
  });
  return below || std::ranges::any_of(world.domains, [&](const auto& entry) {
           const auto& [name, domain] = entry;
           const auto uses = [&](const auto& definition) {
             return definition.base == volume || (definition.boot && (definition.boot->kernel == volume ||
                                                                      definition.boot->initrd == volume));
           };
           if (domain.source && uses(*domain.source)) return true;
           return domain.vm && (uses(*domain.vm) || belongs_to(domain.vm->name, volume.str()));
         });
}

bool is_vm(const FakeWorld& world, const VmName& name) {
  const auto found = world.domains.find(name.str());
  return found != world.domains.end() && found->second.vm;
}

void check_parts(const FakeWorld& world, const FakeWorld::Domain& domain, std::vector<std::string>& flaws) {
  const auto& vm = *domain.vm;
  if (!vm.complete) flaws.push_back(fmt::format("{} is incomplete", vm.name));
  if (domain.state != VmState::running) flaws.push_back(fmt::format("{} does not run", vm.name));
  std::vector<VolumeName> parts{overlay_of(vm.name)};
  if (vm.base) parts.push_back(*vm.base);
  for (std::size_t i = 1; i <= vm.disks.size(); ++i) parts.push_back(disk_of(vm.name, i));
  if (vm.init == GuestInit::cloud_init) parts.push_back(seed_of(vm.name));
  for (const auto& part : parts) {
    if (!world.volumes.contains(part)) flaws.push_back(fmt::format("{} lacks {}", vm.name, part));
  }
}

/// The address that the VM's network holds for it, with its DNS name, under its own MAC.
void check_address(const FakeWorld& world, const VmDefinition& vm, std::vector<std::string>& flaws) {
  const auto& nic = vm.nics.at(0);
  if (nic.network.kind != NetworkKind::nat) return;
  const auto& net = world.networks.at(NetworkName::parse(nic.network.name));
  const auto claim = std::ranges::find(net.network.claims, vm.name, &AddressClaim::name);
  if (claim == net.network.claims.end()) return flaws.push_back(fmt::format("{} has no address", vm.name));
  if (claim->mac != nic.mac) flaws.push_back(fmt::format("{} has another's MAC", vm.name));
  const auto published = net.names.find(vm.name);
  if (published == net.names.end() || published->second != claim->address) {
    flaws.push_back(fmt::format("the DNS does not know {}", vm.name));
  }
}

}  // namespace

VolumeName base_image(char digit) {
  return VolumeName::parse("sha256-" + std::string(64, digit) + ".qcow2");
}

Template debian12() {
  return {.name = TemplateName::parse("debian12"),
          .owner = eva,
          .base = base_image(),
          .user = UserName::parse("debian"),
          .complete = true};
}

void furnish(FakeWorld& world) {
  world.domains[template_domain(debian12().name)] = {.uuid = "template", .source = debian12()};
  world.volumes[base_image()] = {.capacity = std::uint64_t{2} << 30U, .content = "image"};
}

Process::Process(FakeWorld& world, const std::filesystem::path& home, Owner caller)
    : hypervisor(world),
      keyring(home / caller.user, home),
      locks_(home / caller.user / "locks", world.place.uri),
      context_{.hypervisor = hypervisor,
               .ssh = ssh,
               .clock = clock,
               .reporter = reporter,
               .keyring = keyring,
               .locks = locks_,
               .caller = std::move(caller),
               .runtime_folder = home / "run"} {
  ssh.put_everywhere({});
}

Context Process::interrupted() const {
  std::stop_source stop;
  stop.request_stop();
  auto context = context_;
  context.stop = stop.get_token();
  return context;
}

DescribedVm described(std::string_view name, VmShape shape) {
  return {.name = VmName::parse(name),
          .group = GroupName::parse("pftest"),
          .type = TypeName::parse("web"),
          .template_name = debian12().name,
          .shape = std::move(shape)};
}

std::vector<DescribedVm> webs(std::size_t count) {
  std::vector<DescribedVm> vms;
  for (std::size_t i = 0; i < count; ++i) vms.push_back(described(fmt::format("web{:02}", i)));
  return vms;
}

InstantiateRequest request_for(std::vector<DescribedVm> vms) {
  return {.vms = std::move(vms), .virt_type = VirtType::qemu};
}

std::vector<InstantiatedVm> instantiate_all(const Context& context, const InstantiateRequest& request) {
  auto results = instantiate(context, request);
  for (const auto& result : results) {
    if (result.error) throw Error(*result.error);
  }
  return results;
}

std::vector<StoppedVm> remove_everything(const Context& context) {
  auto results = remove(context, vms_to_stop(context, {}));
  for (const auto& result : results) {
    if (result.error) throw Error(*result.error);
  }
  return results;
}

std::vector<std::string> vm_names(const FakeWorld& world) {
  std::vector<std::string> names;
  for (const auto& [name, domain] : world.domains) {
    if (domain.vm) names.push_back(name);
  }
  return names;
}

std::vector<std::string> strays(const FakeWorld& world) {
  std::vector<std::string> found;
  for (const auto* volumes : {&world.volumes, &world.unseen}) {
    for (const auto& [name, volume] : *volumes) {
      if (!accounted_for(world, name)) found.push_back("volume " + name.str());
    }
  }
  for (const auto& [network, net] : world.networks) {
    for (const auto& claim : net.network.claims) {
      if (!is_vm(world, claim.name)) found.push_back("address of " + claim.name.str());
    }
    for (const auto& [name, address] : net.names) {
      if (!is_vm(world, name)) found.push_back("DNS name " + name.str());
    }
  }
  return found;
}

std::vector<std::string> flaws(const FakeWorld& world) {
  std::vector<std::string> found;
  std::set<MacAddress> macs;
  for (const auto& [name, domain] : world.domains) {
    if (!domain.vm) continue;
    check_parts(world, domain, found);
    check_address(world, *domain.vm, found);
    const bool own_mac = macs.insert(domain.vm->nics.at(0).mac).second;
    if (!own_mac) found.push_back(fmt::format("{} shares its MAC", name));
  }
  return found;
}

std::string snapshot_of(const FakeWorld& world) {
  std::string text;
  for (const auto& [name, domain] : world.domains) {
    text += fmt::format("{} {} {}\n", name, domain.uuid, static_cast<int>(domain.state));
  }
  for (const auto& [name, volume] : world.volumes) text += fmt::format("{}\n", name);
  for (const auto& [name, net] : world.networks) {
    text += fmt::format("{} {} {}\n", name, net.network.claims.size(), net.names.size());
  }
  return text;
}

}  // namespace nocloud::test
