#include "nocloud/image/disk/seal.hpp"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr const char* sysprep = "virt-sysprep";
/// An emulated appliance takes its time.
constexpr std::chrono::minutes limit_to_seal{30};

/// Beside what virt-sysprep strips by itself.
Arguments seal_command(const std::filesystem::path& disk) {
  return {sysprep, "--quiet", "--no-network", "--format", "qcow2", "--add",
          std::filesystem::absolute(disk).string(),
          // What cloud-init did, and when: without this it takes a clone's first boot for another.
          "--delete", "/var/lib/cloud",
          // What systemd and NetworkManager took from the machine-id or made up beside it.
          "--delete", "/var/lib/systemd/random-seed", "--delete", "/var/lib/systemd/credential.secret",
          "--delete", "/var/lib/NetworkManager/*", "--delete", "/var/lib/dbus/machine-id",
          // It gives an empty machine-id a new value, which all clones would share. Emptied last, it is
          // filled at each clone's first boot.
          "--truncate", "/etc/machine-id"};
}

}  // namespace

void require_seal() {
  if (find_program(sysprep)) return;
  throw Error(ErrorKind::not_found, fmt::format("there is no program '{}' on this machine", sysprep),
              "apt-get install libguestfs-tools");
}

void seal_disk(const std::filesystem::path& disk, VirtType virt_type, const std::stop_token& stop) {
  require_seal();
  // Past libvirt: the appliance is no VM of anybody's.
  std::vector<std::string> environment{"LIBGUESTFS_BACKEND=direct"};
  // The appliance is kept for the next time where the user wants it so, else it goes with the disk's folder.
  if (std::getenv("LIBGUESTFS_CACHEDIR") == nullptr) {
    environment.push_back(
        fmt::format("LIBGUESTFS_CACHEDIR={}", std::filesystem::absolute(disk).parent_path().string()));
  }
  if (virt_type == VirtType::qemu) environment.emplace_back("LIBGUESTFS_BACKEND_SETTINGS=force_tcg");
  const auto result = run_process(
      seal_command(disk), {.limit = limit_to_seal, .stop = stop, .environment = std::move(environment)});
  if (result.exit_code == 0) return;
  throw Error(
      ErrorKind::failed,
      fmt::format("its guest cannot be stripped of its identity; {} says: {}", sysprep,
                  printable(trimmed(last_lines(result.errors, 3)))),
      "`libguestfs-test-tool` shows whether its appliance runs on this machine at all; it needs a kernel in "
      "/boot that you may read.");
}

}  // namespace nocloud
