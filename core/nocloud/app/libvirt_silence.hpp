#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "nocloud/base/error.hpp"
#include "nocloud/base/reporter.hpp"
#include "nocloud/model/name.hpp"

namespace nocloud {

/// What a run does about a libvirt that does not answer: it says so after 5 s, and after a time ends.
struct SilenceHabits {
  /// --timeout, but at least 15 s; without it two minutes.
  std::optional<std::chrono::seconds> limit = std::nullopt;
  /// Gets Error{timed_out} when that time is over, from a thread of its own while another hangs in libvirt.
  std::function<void(const Error&)> on_end;
};

/// To be told again and again for how long libvirt at this URI has not answered. The reporter has to outlive
/// it.
std::function<void(std::chrono::milliseconds silent)> silence_listener(Reporter& reporter, std::string uri,
                                                                       SilenceHabits habits);

/// The same for a libvirt that waits for a VM's QEMU. It says so after 10 s and, without --timeout, waits
/// longer than for libvirt: for as long as a snapshot writes a large memory, QEMU says nothing.
std::function<void(const VmName& name, std::chrono::milliseconds waited)> guest_wait_listener(
    Reporter& reporter, SilenceHabits habits);

}  // namespace nocloud
