#include "nocloud/virt/libvirt/advice.hpp"

#include <array>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {
namespace {

bool mentions(const Fault& fault, std::string_view words) {
  return fault.message.find(words) != std::string::npos;
}

bool is_refused(const Fault& fault) {
  return fault.code == VIR_ERR_AUTH_FAILED || fault.code == VIR_ERR_AUTH_CANCELLED ||
         fault.code == VIR_ERR_AUTH_UNAVAILABLE || fault.code == VIR_ERR_ACCESS_DENIED ||
         mentions(fault, "Permission denied");
}

struct Known {
  std::string_view words;
  Advice advice;
};

constexpr std::string_view full_disk = "The disk that holds libvirt's storage pool is full: make room on it.";

constexpr std::array known_faults{
    Known{"virtlogd",
          {"virtlogd does not run on that host: start it (`systemctl start virtlogd`, or `virtlogd -d`).",
           ErrorKind::unavailable}},
    Known{"domaintype=kvm",
          {"The host has no KVM to offer; `--virt-type qemu` works everywhere, only slower."}},
    Known{"kvm.c:",
          {"KVM on that host can't run this guest; `--virt-type qemu` works everywhere, only slower."}},
    Known{"Could not access KVM",
          {"QEMU may not use /dev/kvm on that host: give it to group kvm with mode 0660, or say "
           "`--virt-type qemu`."}},
    Known{"cannot acquire state change lock",
          {"Another call works on this VM, or its QEMU process hangs: try again later. If it hangs, "
           "`vmstop NAME --grace 0` forces the VM off.",
           ErrorKind::timed_out}},
    Known{"lock file for device",
          {"That host has no folder /run/lock: make it (`sudo install -d -m 1777 /run/lock`)."}},
    Known{"No space left on device", {full_disk, ErrorKind::unavailable}},
    Known{"Disk quota exceeded", {full_disk, ErrorKind::unavailable}},
    // QEMU 7.2 tells of a full disk as of one that is broken: "Input/output error".
    Known{
        "while writing VM state",
        {"The disk that holds libvirt's storage pool is probably full: make room on it, or power the VM off "
         "first. Then its memory needs no room.",
         ErrorKind::unavailable}},
    Known{"Cannot allocate memory",
          {"The host has no memory left: stop other VMs, or ask for less with `--mem`.",
           ErrorKind::unavailable}},
    Known{
        "already in use by interface",
        {"Another network of the host has these addresses: choose another subnet.", ErrorKind::unavailable}},
    Known{"failed to create listening socket",
          {"Another DNS server of that host has port 53 of every address (`ss -lunp sport = 53` shows it): "
           "let it listen on its own addresses only, or say `--network user`.",
           ErrorKind::unavailable}},
    Known{"Cannot get interface MTU",
          {"The host has no such bridge: `ip link` shows its interfaces.", ErrorKind::not_found}},
};

}  // namespace

std::string advice_on_connecting(const std::string& uri, const ConnectionUri& place, const Fault& fault) {
  const auto driver = std::string_view(uri).substr(0, uri.find_first_of("+:"));
  if (fault.code == VIR_ERR_NO_CONNECT || (driver != "qemu" && driver != "test")) {
    return "Connections are given as libvirt's URIs: qemu:///system, qemu:///session, "
           "qemu+ssh://user@host/system.";
  }
  if (!place.via.empty()) {
    return fmt::format("Check that `ssh {} virsh list` works without a question being asked.", place.via);
  }
  if (!place.local) return "Check that libvirt's daemon on that host listens, and that its certificates fit.";
  if (place.session) {
    return "Is libvirt's daemon installed (Debian: libvirt-daemon, libvirt-daemon-driver-qemu)? An ordinary "
           "user's own "
           "starts by itself; root has none and uses qemu:///system.";
  }
  if (is_refused(fault)) {
    return "Only root and the members of group libvirt may use it: `sudo adduser $USER libvirt`, then log in "
           "again. "
           "The connection `qemu:///session` needs no such right.";
  }
  return "Does libvirt's daemon run (`sudo systemctl start libvirtd`, or `sudo libvirtd -d`)? "
         "The connection `qemu:///session` starts one of your own.";
}

Advice advice_on(const Fault& fault) {
  for (const auto& known : known_faults) {
    if (mentions(fault, known.words)) return known.advice;
  }
  return {};
}

}  // namespace nocloud
