#include "nocloud/ops/vm/start_vm.hpp"

#include <set>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/guest/guest_clock.hpp"
#include "nocloud/ops/guest/panic_watch.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/survey/survey.hpp"

namespace nocloud {
namespace {

std::set<std::uint16_t> recorded_ports(Hypervisor& hypervisor) {
  std::set<std::uint16_t> ports;
  for (const auto& vm : hypervisor.vms()) {
    for (const auto& nic : vm.nics) {
      if (nic.port) ports.insert(*nic.port);
    }
  }
  return ports;
}

/// The next port, upwards and wrapping, that no VM has.
std::uint16_t next_port(std::uint16_t port, const std::set<std::uint16_t>& taken) {
  do {
    port = port >= last_forwarded_port ? first_forwarded_port : static_cast<std::uint16_t>(port + 1);
  } while (taken.contains(port) && taken.size() < last_forwarded_port - first_forwarded_port);
  return port;
}

void move_port(const Context& context, Vm& vm) {
  auto& nic = vm.nics.front();
  const auto before = *nic.port;
  nic.port = next_port(before, recorded_ports(context.hypervisor));
  while_doing(fmt::format("port {} of VM {} is taken on this host, and it can get no other", before,
                          cited(vm.name.str())),
              [&] { context.hypervisor.redefine_vm(vm.uuid, vm); });
  context.reporter.warn(fmt::format("port {} of VM {} is taken on this host; its SSH port is {} now", before,
                                    cited(vm.name.str()), *nic.port),
                        "");
}

/// What the hypervisor says of a file that is gone, or of a KVM that does not work, helps nobody but its
/// authors.
Error with_remedy(Hypervisor& hypervisor, const Error& error, const Vm& vm) {
  if (error.kind() == ErrorKind::failed || error.kind() == ErrorKind::not_found) {
    if (auto lost = lost_files(hypervisor, vm)) return *std::move(lost);
  }
  if (vm.virt_type != VirtType::kvm || !error.hint().empty() || error.kind() != ErrorKind::failed)
    return error;
  return {error.kind(), error.message(),
          "If this host's KVM does not work, --virt-type qemu emulates the VM instead."};
}

}  // namespace

Beginning start_vm(const Context& context, const VmName& name, StartMode mode) {
  auto& hypervisor = context.hypervisor;
  auto vm = hypervisor.find_vm(name);
  if (!vm) throw Error(ErrorKind::not_found, fmt::format("there is no VM {}", cited(name.str())));
  for (const auto& nic : vm->nics) {
    if (nic.network.kind == NetworkKind::nat) ensure_network(context, NetworkName::parse(nic.network.name));
  }
  // What is left of a crashed guest is no VM that runs.
  if (vm->state == VmState::crashed) hypervisor.force_off_vm(name);
  constexpr int attempts = 20;  // more ports than this in a row are not taken by chance
  for (int attempt = 1;; ++attempt) {
    try {
      const auto beginning = hypervisor.start_vm(name, mode);
      if (beginning == Beginning::goes_on && mode == StartMode::running)
        set_guest_clock(context, Locator(hypervisor).locate(*vm));
      return beginning;
    } catch (const Error& error) {
      const bool port_taken =
          error.kind() == ErrorKind::conflict && !vm->nics.empty() && vm->nics.front().port;
      if (!port_taken || attempt == attempts) throw with_remedy(hypervisor, error, *vm);
    }
    move_port(context, *vm);
  }
}

void start_after_panic(const Context& context, const Vm& vm, const KernelPanic& panic) {
  const auto held = context.locks.acquire(vm.name.str(), context.stop);
  const auto present = context.hypervisor.find_vm(vm.name);
  if (!present || present->uuid != vm.uuid || !is_up(present->state)) return;
  if (!PanicWatch(context, vm.name).look_now()) return;
  auto whole = context;
  whole.stop = {};  // from here on, half of it would leave the VM off
  context.hypervisor.force_off_vm(vm.name);
  start_vm(whole, vm.name, StartMode::running);
  context.reporter.warn(
      fmt::format("the kernel of VM {} panicked before it ran anything, and the VM was started again: {}",
                  cited(vm.name.str()), panic.words),
      "");
}

}  // namespace nocloud
