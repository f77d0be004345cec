#include "nocloud/virt/libvirt/domain/states.hpp"

#include <libvirt/libvirt.h>

namespace nocloud {
namespace {

const char* fault_of_paused(int reason) {
  switch (reason) {
    case VIR_DOMAIN_PAUSED_UNKNOWN:
      // Nobody asked for it: QEMU stopped by itself, as it does when KVM can't go on.
      return "internal error";
    case VIR_DOMAIN_PAUSED_IOERROR:
      return "I/O error";
    case VIR_DOMAIN_PAUSED_WATCHDOG:
      return "watchdog";
    case VIR_DOMAIN_PAUSED_CRASHED:
      return "guest crashed";
    default:
      return "";
  }
}

const char* fault_of_stopped(int reason) {
  switch (reason) {
    case VIR_DOMAIN_SHUTOFF_CRASHED:
      return "its process ended";
    case VIR_DOMAIN_SHUTOFF_FAILED:
      return "failed to start";
    default:
      return "";
  }
}

}  // namespace

VmCondition condition_from(int state, int reason) {
  // libvirt still works on its start, perhaps for a client that was killed meanwhile.
  const bool starts = state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_STARTING_UP;
  if (starts) return {.state = VmState::running};
  switch (state) {
    case VIR_DOMAIN_PAUSED:
    case VIR_DOMAIN_PMSUSPENDED:
      return {.state = VmState::paused, .fault = state == VIR_DOMAIN_PAUSED ? fault_of_paused(reason) : ""};
    case VIR_DOMAIN_SHUTOFF:
      return {.state = VmState::stopped, .fault = fault_of_stopped(reason)};
    case VIR_DOMAIN_CRASHED:
      return {.state = VmState::crashed, .fault = "guest crashed"};
    default:
      return {.state = VmState::running};
  }
}

}  // namespace nocloud
