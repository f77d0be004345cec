#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace nocloud {

/// What the kernel lets a program have at most; nothing: what we may have ourselves.
struct ResourceLimits {
  std::optional<std::uint64_t> address_space_bytes = std::nullopt;
  /// Of any file that it writes.
  std::optional<std::uint64_t> file_bytes = std::nullopt;
  /// Of all its threads together.
  std::optional<std::chrono::seconds> processor_time = std::nullopt;
};

/// Limits a running child. Throws Error{failed}.
void limit_process(pid_t pid, const ResourceLimits& limits);

}  // namespace nocloud
