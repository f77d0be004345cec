#include "nocloud/ops/remove_vm.hpp"

#include <set>

#include "nocloud/image/image_store.hpp"

namespace nocloud {
namespace {

void add_volumes(std::set<VolumeName>& used, const VolumeName& base, const std::optional<DirectBoot>& boot) {
  used.insert(base);
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
  remove_vm_parts(context, definition);
  context.keyring.forget(definition.name, context.hypervisor.host().uri);
  const auto source = context.hypervisor.find_template(definition.template_name);
  if (!source || source->base != definition.base) remove_unused_images(context);
}

void remove_unused_images(const Context& context) {
  auto& hypervisor = context.hypervisor;
  // Volumes first: whoever stores an image has named it in a template before.
  const auto volumes = hypervisor.volume_names();
  std::set<VolumeName> used;
  for (const auto& source : hypervisor.templates()) add_volumes(used, source.base, source.boot);
  for (const auto& vm : hypervisor.vms()) add_volumes(used, vm.base, vm.boot);
  for (const auto& volume : volumes) {
    if (is_image_volume(volume) && !used.contains(volume)) hypervisor.delete_volume(volume);
  }
}

}  // namespace nocloud
