#include "nocloud/ops/template/adjust.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/converge/host_check.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/template/make_template.hpp"
#include "nocloud/ops/vm/vm_process.hpp"

namespace nocloud {
namespace {

/// Whether the volume, whose owner the message names, is smaller than wanted.
bool is_to_grow(const Context& context, const VolumeName& name, DiskSize wanted, const std::string& owner) {
  const auto volume = context.hypervisor.find_volume(name);
  if (!volume) throw Error(ErrorKind::failed, fmt::format("the disk of {} is gone: {}", owner, name));
  if (volume->capacity_bytes <= wanted.bytes()) return volume->capacity_bytes < wanted.bytes();
  constexpr std::uint64_t gib = std::uint64_t{1} << 30U;
  throw Error(
      ErrorKind::invalid_input,
      fmt::format("the disk of {} can't become smaller: {} GB", owner, wanted.gib()),
      fmt::format("Disks only grow: ask for {} GB or more.", (volume->capacity_bytes + gib - 1) / gib));
}

Vm require_own_and_down(const Context& context, const VmName& name, const OwnerFilter& owner) {
  auto vm = find_one(context, name, owner).vm;
  if (!has_process(vm.state)) return vm;
  throw Error(
      ErrorKind::conflict,
      fmt::format("VM {} is {} and can't be adjusted", cited(name.str()), is_up(vm.state) ? "up" : "crashed"),
      fmt::format("Stop it first: `vmstop {}`.", name));
}

template <class Definition>
Definition with(const Adjustment& adjustment, Definition definition) {
  if (adjustment.memory) definition.memory = *adjustment.memory;
  if (adjustment.cpus) definition.cpus = *adjustment.cpus;
  return definition;
}

}  // namespace

bool adjust_vm(const Context& context, const VmName& name, const OwnerFilter& owner,
               const Adjustment& adjustment) {
  const auto held = context.locks.acquire(name.str(), context.stop);
  const auto present = require_own_and_down(context, name, owner);
  if (adjustment.memory) require_memory(context, *adjustment.memory);
  if (adjustment.cpus) require_cpus(context, *adjustment.cpus, present.virt_type);
  const auto disk = overlay_of(name);
  const bool grows =
      adjustment.disk && is_to_grow(context, disk, *adjustment.disk, "VM " + cited(name.str()));
  const auto adjusted = with(adjustment, present);
  const bool changes = static_cast<const VmDefinition&>(adjusted) != present;
  while_doing(fmt::format("adjusting VM {}", cited(name.str())), [&] {
    if (grows || changes) context.hypervisor.require_own_disks(name);
    if (grows) context.hypervisor.grow_volume(disk, adjustment.disk->bytes());
    if (changes) context.hypervisor.redefine_vm(present.uuid, adjusted);
  });
  return grows || changes;
}

bool adjust_template(const Context& context, const TemplateName& name, const Adjustment& adjustment) {
  const auto held = lock_template(context, name);
  const auto present = require_own_template(context, name, "A template is adjusted by its owner.");
  if (adjustment.memory) require_memory(context, *adjustment.memory);
  if (adjustment.cpus) require_cpus(context, *adjustment.cpus, std::nullopt);
  auto adjusted = with(adjustment, present);
  if (adjustment.disk) {
    require_whole(context.hypervisor, present);
    context.hypervisor.refresh_volumes();  // until then an image counts as large as its file is
    const bool grows = is_to_grow(context, present.base, *adjustment.disk, "template " + cited(name.str()));
    adjusted.disk = grows ? adjustment.disk : std::nullopt;
  }
  if (adjusted == present) return false;
  context.hypervisor.redefine_template(adjusted);
  return true;
}

}  // namespace nocloud
