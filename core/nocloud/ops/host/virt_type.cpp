#include "nocloud/ops/host/virt_type.hpp"

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// A kernel that KVM can run prints its first line within a second; the rest is for a host under load.
constexpr auto trial_limit = std::chrono::seconds(30);

std::string this_boot() {
  const auto id = read_file_if_present("/proc/sys/kernel/random/boot_id", 100);
  return std::string(id ? last_lines(*id, 1) : "unknown boot");
}

bool kvm_boots(const Context& context, const Template& source) {
  const auto verdict_file =
      context.runtime_folder /
      fmt::format("kvm-{}", hex(bytes_of(sha256(context.hypervisor.place().uri)).substr(0, 6)));
  const std::string works = "works " + this_boot();
  const std::string fails = "fails " + this_boot();
  if (const auto verdict = read_file_if_present(verdict_file, 200)) {
    if (*verdict == works || *verdict == fails) return *verdict == works;
  }
  context.reporter.step(source.name.str(), "trying whether KVM runs its kernel (once per boot of this host)");
  const TrialBoot trial{.virt_type = VirtType::kvm, .boot = source.boot, .base = source.base};
  const bool boots = context.hypervisor.trial_boot(trial, trial_limit, context.stop);
  make_folder(context.runtime_folder, 0700);
  write_file(verdict_file, boots ? works : fails, 0600);
  return boots;
}

}  // namespace

VirtType choose_virt_type(const Context& context, std::optional<VirtType> chosen, const Template& source) {
  if (chosen) return *chosen;
  const bool offered = context.hypervisor.host().offers_kvm;
  if (offered && kvm_boots(context, source)) return VirtType::kvm;
  context.reporter.warn(
      offered ? "KVM is there but runs no kernel on this host: VMs are emulated, many times slower"
              : "this host offers no KVM: VMs are emulated, many times slower",
      "Say --virt-type qemu to choose emulation, or make KVM work: hardware virtualisation switched on, "
      "/dev/kvm usable by group kvm.");
  return VirtType::qemu;
}

void require_virt_type(const Context& context, std::optional<VirtType> chosen) {
  if (chosen != VirtType::kvm || context.hypervisor.host().offers_kvm) return;
  throw Error(
      ErrorKind::unavailable,
      fmt::format("virt type 'kvm' is asked for, and {} offers no KVM", context.hypervisor.place().uri),
      "Choose emulation (--virt-type qemu), many times slower; or make KVM work: hardware "
      "virtualisation switched on, /dev/kvm usable by group kvm, for qemu:///session by you.");
}

}  // namespace nocloud
