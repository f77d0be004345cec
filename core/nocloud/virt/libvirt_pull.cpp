#include "nocloud/virt/libvirt_pull.hpp"

#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <libvirt/virterror.h>

namespace nocloud {
namespace {

/// The overlay is every VM's first disk.
constexpr const char* overlay_device = "vda";

void check_pullable(const Connection& connection, virDomainPtr domain, const VmName& name) {
  if (virDomainIsActive(domain) != 1) {
    throw Error(ErrorKind::conflict, fmt::format("VM '{}' is down, and nothing copies its base", name));
  }
  const int snapshots = virDomainSnapshotNum(domain, 0);
  if (snapshots < 0)
    throw connection.error(fmt::format("cannot look for snapshots of VM '{}'", name), last_fault());
  if (snapshots == 0) return;
  throw Error(ErrorKind::conflict, fmt::format("VM '{}' has snapshots, which need its base", name),
              fmt::format("Delete them first: `vmsnap {0} -l`, `vmsnap {0} -d -i TAG`.", name));
}

class PullJob {
 public:
  PullJob(const Connection& connection, virDomainPtr domain, const VmName& name)
      : connection_(connection),
        domain_(domain),
        what_(fmt::format("cannot copy the base of VM '{}'", name)) {
    // A run that was killed may have left it behind.
    if (look()) return;
    if (virDomainBlockPull(domain_, overlay_device, 0, 0) < 0) throw connection_.error(what_, last_fault());
  }

  /// Until it has ended, well or not.
  void wait(const CopyProgress& progress, const std::stop_token& stop) {
    constexpr auto pause = std::chrono::milliseconds(100);
    while (const auto job = look()) {
      if (stop.stop_requested()) abandon();
      progress(job->cur, job->end);
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  std::optional<virDomainBlockJobInfo> look() {
    virDomainBlockJobInfo job{};
    const int found =
        virDomainGetBlockJobInfo(domain_, overlay_device, &job, VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES);
    if (found < 0) throw connection_.error(what_, last_fault());
    return found == 0 ? std::nullopt : std::optional(job);
  }

  [[noreturn]] void abandon() {
    virDomainBlockJobAbort(domain_, overlay_device, 0);
    throw Error(ErrorKind::interrupted, "interrupted");
  }

  const Connection& connection_;
  virDomainPtr domain_;
  const std::string what_;
};

}  // namespace

void pull_base_on(const Connection& connection, LibvirtVms& vms, LibvirtVolumes& volumes, const Pull& pull) {
  const auto domain = vms.existing(pull.name);
  check_pullable(connection, domain.get(), pull.name);
  vms.require_own_disks(pull.name);
  const auto overlay = overlay_of(pull.name);
  const auto stands_alone = [&] {
    volumes.refresh();
    return !volumes.has_base(overlay);
  };
  if (stands_alone()) return;
  PullJob(connection, domain.get(), pull.name).wait(pull.progress, pull.stop);
  if (stands_alone()) return;
  throw Error(ErrorKind::failed, fmt::format("the base of VM '{}' was not copied to the end", pull.name),
              "The VM is as it was, on its base. Look whether the host's disk is full, and run it again.");
}

}  // namespace nocloud
