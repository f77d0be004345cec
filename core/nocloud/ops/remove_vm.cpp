#include "nocloud/ops/remove_vm.hpp"

#include <algorithm>
#include <set>

#include "nocloud/image/image_store.hpp"
#include "nocloud/ops/known_file.hpp"

namespace nocloud {
namespace {

void add_volumes(std::set<VolumeName>& used, const std::optional<VolumeName>& base,
                 const std::optional<DirectBoot>& boot) {
  if (base) used.insert(*base);
  if (boot) used.insert({boot->kernel, boot->initrd});
}

}  // namespace

void remove_vm_parts(const Context& context, const VmDefinition& definition) {
  auto& hypervisor = context.hypervisor;
  hypervisor.force_off_vm(definition.name);
  for (const auto& nic : definition.nics) {
    if (nic.network.kind != NetworkKind::nat) continue;
    const auto network = NetworkName::parse(nic.network.name);
    if (!hypervisor.find_network(network)) continue;
    hypervisor.withdraw_name(network, definition.name);
    hypervisor.release_address(network, definition.name);
  }
  for (const auto& volume : hypervisor.volume_names()) {
    if (belongs_to(definition.name, volume.str())) hypervisor.delete_volume(volume);
  }
  hypervisor.undefine_vm(definition.name);
}

void remove_vm(const Context& context, const VmDefinition& definition) {
  // What nobody could find any more without the domain goes before it.
  const auto uri = context.hypervisor.place().uri;
  context.keyring.forget(definition.name, uri);
  forget_known(context.runtime_folder, uri);
  remove_vm_parts(context, definition);
}

void add_with_bases(Hypervisor& hypervisor, const VolumeName& volume, std::set<VolumeName>& volumes) {
  volumes.insert(volume);
  for (auto below = hypervisor.base_of(volume); below && volumes.insert(*below).second;) {
    below = hypervisor.base_of(*below);
  }
}

std::vector<Volume> remove_unused_images(const Context& context) {
  auto& hypervisor = context.hypervisor;
  // Volumes first: whoever stores an image has named it in a template before.
  const auto volumes = hypervisor.volume_names();
  std::set<VolumeName> used;
  const auto unused = [&](const VolumeName& volume) {
    return is_image_volume(volume) && !used.contains(volume);
  };
  for (const auto& source : hypervisor.templates()) add_volumes(used, source.base, source.boot);
  if (std::ranges::none_of(volumes, unused)) return {};  // the usual case needs no look at every VM
  for (const auto& vm : hypervisor.vms()) add_volumes(used, vm.base, vm.boot);
  hypervisor.refresh_volumes();  // a layer that has just been stored, too, leads to its base
  for (const auto& volume : std::set(used)) add_with_bases(hypervisor, volume, used);
  std::vector<Volume> removed;
  for (const auto& name : volumes) {
    if (!unused(name)) continue;
    const auto volume = hypervisor.find_volume(name);
    if (volume && hypervisor.delete_volume(name)) removed.push_back(*volume);
  }
  return removed;
}

}  // namespace nocloud
