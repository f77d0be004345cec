#include "nocloud/ops/vm/make_vm.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/vm/image_use.hpp"
#include "nocloud/ops/vm/kept_disks.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"
#include "nocloud/ops/vm/start_vm.hpp"
#include "nocloud/seed/seed.hpp"

namespace nocloud {
namespace {

/// Where the VMs of a group that have no network between them meet: slirp's own subnets are 10.0.N.0/24.
Ipv4Subnet group_subnet() {
  return Ipv4Subnet::parse("10.120.0.0/16");
}

/// Where groups met that an older nocloud made: among the addresses of Kubernetes' services.
Ipv4Subnet former_group_subnet() {
  return Ipv4Subnet::parse("10.98.0.0/16");
}

/// Takes an unfinished VM back unless it was kept.
class UnfinishedVm {
 public:
  UnfinishedVm(const Context& context, VmDefinition& definition)
      : context_(context), definition_(definition) {}
  ~UnfinishedVm() {
    if (kept_) return;
    try {
      context_.hypervisor.refresh_volumes();  // a start that failed may have left a console log
      remove_vm_parts(context_, definition_, disks_with_data(context_.hypervisor, definition_));
    } catch (const Error& error) {
      context_.reporter.warn(fmt::format("what was made of VM {} could not be taken back: {}",
                                         definition_.name, error.message()),
                             "The same command, run again, completes it; `vmstop -d` removes it.");
    }
  }
  UnfinishedVm(const UnfinishedVm&) = delete;
  UnfinishedVm& operator=(const UnfinishedVm&) = delete;

  void keep() { kept_ = true; }

 private:
  const Context& context_;
  const VmDefinition& definition_;
  bool kept_ = false;
};

MacAddress mac_of_nic(std::size_t index, const NetworkChoice& network, const VmName& name, const Realm& realm,
                      unsigned attempt = 0) {
  return index == 0 ? mac_of_vm(name, realm, attempt)
                    : mac_of_further_nic(network.name, name, realm, attempt);
}

/// The networks to be on, and beside `user` that of the group.
std::vector<NetworkChoice> networks_for(const NetworkList& chosen, const GroupName& group) {
  auto networks = chosen.all();
  if (chosen.first().kind == NetworkKind::user) {
    networks.insert(networks.begin() + 1, {.kind = NetworkKind::group, .name = group.str()});
  }
  return networks;
}

/// Only the first NIC leads on to other networks.
SeedNic::Fixed fixed_on(const Network& network, Ipv4Address address, bool leads_on) {
  if (!leads_on) return {.address = address, .prefix = network.subnet.prefix()};
  return {.address = address,
          .prefix = network.subnet.prefix(),
          .gateway = network.subnet.gateway(),
          .name_servers = {network.subnet.gateway()},
          .domain = network.domain};
}

/// Makes a volume of a VM whose name is ours. What has the volume's name already was still being made by
/// libvirt for a run that was killed.
template <class Create>
void anew(Hypervisor& hypervisor, const VmName& vm, const VolumeName& name, Create&& create) {
  try {
    return create();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict) throw;
  }
  if (is_disk_of(vm, name.str())) refuse_kept_disks(hypervisor, vm, {name});
  hypervisor.delete_volume(name);
  create();
}

/// Another run may have removed the template, or moved it on, since it was looked at.
bool can_use_images(Hypervisor& hypervisor, const VmDefinition& definition) {
  const auto source = hypervisor.find_template(definition.template_name);
  if (!source || !source->complete) return false;
  const auto is_there = [&](const VolumeName& image) { return hypervisor.find_volume(image).has_value(); };
  if (!is_there(*definition.base)) return false;
  return !definition.boot || (is_there(definition.boot->kernel) && is_there(definition.boot->initrd));
}

/// Gives the UUID. From then on nobody removes the images that the VM is made from.
std::string claim(const Context& context, const VmDefinition& definition) {
  if (!definition.base) return context.hypervisor.define_vm(definition);
  const auto held = share_image_use(context);
  if (can_use_images(context.hypervisor, definition)) return context.hypervisor.define_vm(definition);
  throw Error(
      ErrorKind::conflict,
      fmt::format("template {} was changed by another run meanwhile", cited(definition.template_name.str())),
      "Run the command again.");
}

/// Another user's run may have removed the images since: no lock holds between users. Who removes images
/// looks for VMs before each, and who makes a VM looks for its images after its record names them, so one of
/// both sees the other.
void require_images(Hypervisor& hypervisor, const VmDefinition& definition) {
  if (!definition.base || MissingImages(hypervisor).of(Vm{definition}).empty()) return;
  throw Error(
      ErrorKind::conflict,
      fmt::format("another user's run removed the image of template {} meanwhile, and VM {} was not made",
                  cited(definition.template_name.str()), cited(definition.name.str())),
      "Make the template anew if it is gone, and run the command again.");
}

}  // namespace

std::set<GroupName> groups_that_meet_as_before(const std::vector<VmSummary>& vms) {
  std::set<GroupName> groups;
  for (const auto& vm : vms) {
    const auto meets_as_before = [](const Nic& nic) {
      return nic.address && former_group_subnet().contains(*nic.address);
    };
    if (std::ranges::any_of(vm.nics, meets_as_before)) groups.insert(vm.group);
  }
  return groups;
}

std::vector<Nic> nics_for(const VmName& name, const std::vector<NetworkChoice>& networks, const Realm& realm,
                          const std::set<GroupName>& meeting_as_before) {
  std::vector<Nic> nics;
  for (const auto& network : networks) {
    Nic nic{.network = network, .mac = mac_of_nic(nics.size(), network, name, realm)};
    if (network.kind == NetworkKind::user) nic.port = forwarded_port_of(name);
    if (network.kind == NetworkKind::group) {
      const bool as_before = meeting_as_before.contains(GroupName::parse(network.name));
      const StaticPart addresses(as_before ? former_group_subnet() : group_subnet(), {});
      nic.address = addresses.at(address_index_of(name, addresses.size(), realm));
    }
    const auto twin = std::ranges::find(nics, nic.mac, &Nic::mac);
    if (twin != nics.end()) {
      throw Error(ErrorKind::conflict,
                  fmt::format("VM {} would have one MAC on both {} and {}", cited(name.str()),
                              twin->network.str(), network.str()),
                  "MACs follow from names: put it on networks, and in a group, of different names.");
    }
    nics.push_back(std::move(nic));
  }
  return nics;
}

void open_books(const Context& context, const NetworkList& networks, AddressBooks& books) {
  for (const auto& network : networks.all()) {
    if (network.kind != NetworkKind::nat) continue;
    const auto name = NetworkName::parse(network.name);
    ensure_network(context, name);
    books.try_emplace(network.name, context, name);
  }
}

void create_anew(Hypervisor& hypervisor, const VmName& vm, const NewVolume& volume) {
  anew(hypervisor, vm, volume.name, [&] { hypervisor.create_volume(volume); });
}

VmDefinition definition_of(const Context& context, const VmRecipe& recipe, const DescribedVm& wanted,
                           const Template& source) {
  VmDefinition definition{.name = wanted.name,
                          .group = wanted.group,
                          .type = wanted.type,
                          .template_name = wanted.template_name,
                          .owner = context.caller,
                          .user = source.user,
                          .init = source.init,
                          .virt_type = recipe.virt_type,
                          .memory = wanted.shape.memory.value_or(source.memory),
                          .cpus = wanted.shape.cpus.value_or(source.cpus),
                          .base = source.base,
                          .disks = wanted.shape.disks,
                          .boot = source.boot,
                          .unconfirmed = recipe.unconfirmed};
  if (!recipe.user_data.empty()) definition.user_data_sha256 = hex(bytes_of(sha256(recipe.user_data)));
  definition.nics = nics_for(wanted.name, networks_for(recipe.networks, wanted.group), context.realm,
                             recipe.meeting_as_before);
  const auto meeting = recipe.meetings.find(wanted.group);
  for (auto& nic : definition.nics) {
    if (nic.network.kind == NetworkKind::group && meeting != recipe.meetings.end())
      nic.meeting = meeting->second;
  }
  return definition;
}

void create_disk(Hypervisor& hypervisor, const VmName& name, std::size_t index, DiskSize size) {
  create_anew(
      hypervisor, name,
      {.name = disk_of(name, index), .format = NewVolume::Format::qcow2, .capacity_bytes = size.bytes()});
}

std::vector<SeedNic> VmMaker::settle_nics(const std::string& uuid, VmDefinition& definition) const {
  const auto effect = definition.init == GuestInit::none ? DhcpEffect::now : DhcpEffect::with_next_start;
  const auto before = definition.nics;
  std::vector<SeedNic> told;
  for (auto& nic : definition.nics) {
    const auto index = told.size();
    SeedNic seed_nic{.mac = nic.mac};
    if (nic.address) seed_nic.fixed = {.address = *nic.address, .prefix = group_subnet().prefix()};
    if (nic.network.kind == NetworkKind::nat) {
      auto& book = addresses_.at(nic.network.name);
      const auto macs = [&](unsigned attempt) {
        return mac_of_nic(index, nic.network, definition.name, context_.realm, attempt);
      };
      const auto assignment = book.claim(definition.name, macs, effect);
      context_.hypervisor.publish_name(book.network().name, definition.name, assignment.address);
      seed_nic.mac = nic.mac = assignment.mac;
      seed_nic.fixed = fixed_on(book.network(), assignment.address, index == 0);
    }
    told.push_back(std::move(seed_nic));
  }
  if (definition.nics != before) context_.hypervisor.redefine_vm(uuid, definition);
  return told;
}

std::string VmMaker::seed_for(const std::string& uuid, const VmDefinition& definition,
                              const std::vector<SeedNic>& nics) const {
  const auto host_key = context_.keyring.host_key_of(definition.name);
  SeedRequest request{.instance_id = uuid,
                      .host_name = definition.name,
                      .user = definition.user,
                      .authorized_keys = context_.keyring.authorized_keys().lines,
                      .host_key_private = host_key.private_key,
                      .host_key_public = host_key.public_key,
                      .user_data = recipe_.user_data,
                      .nics = nics};
  for (const auto& key : recipe_.ssh_public_keys) {
    if (std::ranges::find(request.authorized_keys, key) == request.authorized_keys.end()) {
      request.authorized_keys.push_back(key);
    }
  }
  return seed_iso(seed_texts(request));
}

void VmMaker::add_volumes(const std::string& uuid, const VmDefinition& definition,
                          const std::vector<SeedNic>& nics) const {
  auto& hypervisor = context_.hypervisor;
  const auto overlay = overlay_of(definition.name);
  anew(hypervisor, definition.name, overlay,
       [&] { hypervisor.create_overlay(overlay, definition.base.value()); });
  for (std::size_t i = 0; i < definition.disks.size(); ++i) {
    create_disk(hypervisor, definition.name, i + 1, definition.disks[i]);
  }
  if (definition.init == GuestInit::none) return;
  const std::string iso = seed_for(uuid, definition, nics);
  create_anew(hypervisor, definition.name, {.name = seed_of(definition.name), .capacity_bytes = iso.size()});
  std::string_view rest = iso;
  hypervisor.upload(seed_of(definition.name), iso.size(), [&](std::size_t most) {
    std::string piece(rest.substr(0, most));
    rest.remove_prefix(piece.size());
    return piece;
  });
}

void VmMaker::make(const DescribedVm& wanted, const Template& source) const {
  auto definition = definition_of(context_, recipe_, wanted, source);
  definition.host_key =
      source.init == GuestInit::none ? source.host_key : context_.keyring.host_key_of(wanted.name).public_key;
  make(std::move(definition), [&](const auto& uuid, const auto& defined, const auto& nics) {
    add_volumes(uuid, defined, nics);
    if (source.disk) context_.hypervisor.grow_volume(overlay_of(defined.name), source.disk->bytes());
  });
}

void VmMaker::make(VmDefinition definition, const AddVolumes& add) const {
  refuse_kept_disks(context_.hypervisor, definition.name, disks_of(definition));
  const std::string uuid = claim(context_, definition);
  UnfinishedVm unfinished(context_, definition);
  const auto nics = settle_nics(uuid, definition);
  add(uuid, definition, nics);
  context_.hypervisor.complete_vm(definition.name);
  require_images(context_.hypervisor, definition);
  if (recipe_.start) start_vm(context_, definition.name, *recipe_.start);
  unfinished.keep();
}

}  // namespace nocloud
