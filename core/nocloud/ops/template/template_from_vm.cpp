#include "nocloud/ops/template/template_from_vm.hpp"

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/disk/seal.hpp"
#include "nocloud/image/store/disk_copy.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/vm/vm_process.hpp"

namespace nocloud {
namespace {

using Identity = TemplateFromVmRequest::Identity;
using Shape = TemplateFromVmRequest::Shape;

void check_is_down(const Vm& vm) {
  if (!has_process(vm.state)) return;
  throw Error(ErrorKind::conflict, fmt::format("VM {} is up, and writes to its disk", cited(vm.name.str())),
              fmt::format("Power it off first: `vmstop {}`.", vm.name));
}

void check_has_no_snapshots(const Context& context, const VmName& name) {
  if (context.hypervisor.snapshots(name).empty()) return;
  throw Error(ErrorKind::conflict,
              fmt::format("VM {} has snapshots, which would become part of the template", cited(name.str())),
              fmt::format("Delete them first: `vmsnap {0} -l`, `vmsnap {0} -d -i TAG`.", name));
}

void check_identity(const Context& context, const Vm& vm, Identity identity) {
  if (identity == Identity::strip && vm.init == GuestInit::none) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("VM {} has no cloud-init, which would give its clones new host keys",
                            cited(vm.name.str())),
                "Leave out --seal: all VMs of such a template share the key that is pinned.");
  }
  if (identity == Identity::strip) return require_seal();
  if (vm.init == GuestInit::none) return;
  context.reporter.warn(
      fmt::format("VMs of this template will share what VM {} has become, machine-id included",
                  cited(vm.name.str())),
      "`--seal` strips a template of that.");
}

Template template_like(const Context& context, const TemplateFromVmRequest& request, const Vm& vm,
                       const VolumeName& base, const std::optional<Template>& present) {
  return {.name = request.name,
          .owner = context.caller,
          .base = base,
          .user = vm.user,
          .init = vm.init,
          .host_key = vm.init == GuestInit::none ? vm.host_key : std::string(),
          .boot = vm.boot,
          .memory = request.memory.value_or(vm.memory),
          .cpus = request.cpus.value_or(vm.cpus),
          .disk = present ? present->disk : std::nullopt};
}

VerifiedImage image_of(const Context& context, const TemplateFromVmRequest& request, const Vm& vm) {
  DiskCopy copy(
      context.hypervisor, overlay_of(vm.name), vm.base,
      {.on_progress = [&](std::uint64_t done,
                          std::uint64_t total) { context.reporter.progress(vm.name.str(), done, total); },
       .stop = context.stop});
  if (request.identity == Identity::strip) {
    context.reporter.step(vm.name.str(), "stripping the copy of its identity");
    copy.seal(vm.virt_type);
  }
  if (request.shape == Shape::flat) copy.flatten();
  return std::move(copy).finish();
}

}  // namespace

TemplateChange template_from_vm(const Context& context, const TemplateFromVmRequest& request) {
  // Held to the end: while the VM is there, so is what the template will lie over.
  const auto held = context.locks.acquire(request.vm.str(), context.stop);
  const auto vm = find_one(context, request.vm, request.owner).vm;
  check_is_down(vm);
  context.hypervisor.require_own_disks(vm.name);
  check_has_no_snapshots(context, vm.name);
  if (const auto lost = lost_disk(context.hypervisor, vm)) throw Error(*lost);
  check_identity(context, vm, request.identity);
  const bool is_there = own_template(context, request.name).has_value();
  if (!vm.disks.empty()) {
    context.reporter.warn(fmt::format("of the disks of VM {} only the first becomes part of the template",
                                      cited(vm.name.str())),
                          "");
  }
  if (request.effect == MakeTemplateRequest::Effect::dry_run) {
    return is_there ? TemplateChange::updated : TemplateChange::created;
  }
  return while_doing(fmt::format("making a template of VM {}", cited(vm.name.str())), [&] {
    const auto image = image_of(context, request, vm);
    const auto template_held = lock_template(context, request.name);
    const auto replaced = own_template(context, request.name);
    return put_template(context, template_like(context, request, vm, image.disk.volume, replaced), replaced,
                        {image.disk}, request.effect);
  });
}

}  // namespace nocloud
