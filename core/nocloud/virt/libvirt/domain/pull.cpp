#include "nocloud/virt/libvirt/domain/pull.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

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
      left_ = job->end - std::min(job->cur, job->end);
      progress(job->cur, job->end);
      std::this_thread::sleep_for(pause);
    }
  }

  /// How many bytes were to be copied yet when it was seen last.
  std::uint64_t left() const { return left_; }

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
  std::uint64_t left_ = 0;
};

}  // namespace

Error unfinished_pull(const VmName& name, std::uint64_t left, std::optional<std::uint64_t> room) {
  constexpr std::uint64_t at_once = std::uint64_t{1} << 20U;
  auto what = fmt::format("the base of VM '{}' was not copied to the end", name);
  if (!room || *room >= std::max(left, at_once)) {
    return {ErrorKind::failed, std::move(what),
            "The VM is as it was, on its base. Look whether the host's disk is full, and run it again."};
  }
  return {ErrorKind::unavailable,
          fmt::format("{}: the disk of libvirt's storage pool has {} MB left", what, *room >> 20U),
          "The VM is as it was, on its base. Make room on the disk, and run it again."};
}

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
  PullJob job(connection, domain.get(), pull.name);
  job.wait(pull.progress, pull.stop);
  if (stands_alone()) return;
  throw unfinished_pull(pull.name, job.left(), volumes.free_bytes());
}

}  // namespace nocloud
