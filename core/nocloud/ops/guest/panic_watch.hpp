#pragma once

#include <cstdint>
#include <optional>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/guest/kernel_panic.hpp"

namespace nocloud {

/// Looks for a kernel panic on the console of one VM while something waits for its guest. Each look reads
/// what is new, the last 64 KiB of it at most. A console that cannot be read shows no panic.
class PanicWatch {
 public:
  PanicWatch(const Context& context, VmName name);

  /// The panic of the guest's newest boot, once the kernel has said all of it or a second has passed. Reads
  /// once a second, however often it is called. Throws Error{unavailable} if the host can't be reached.
  std::optional<KernelPanic> look();
  /// The same, but reads at once and does not wait for more.
  std::optional<KernelPanic> look_now();
  /// The VM was started again: its log begins anew.
  void begin_anew();

 private:
  void read();
  std::optional<Volume> find_log();

  const Context& context_;
  VmName name_;
  PanicSearch search_;
  std::uint64_t offset_ = 0;
  Clock::TimePoint last_read_;
  /// The host is asked to look for the log's file ever more seldom.
  Clock::TimePoint next_refresh_;
  Clock::Duration refresh_pause_;
};

}  // namespace nocloud
