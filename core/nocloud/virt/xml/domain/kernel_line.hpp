#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace nocloud {

/// A line of a console as a Linux kernel writes it.
struct KernelLine {
  /// Since the kernel's start; nothing if the line does not begin with "[    0.000000] ".
  std::optional<std::chrono::microseconds> time = std::nullopt;
  /// What follows the time and the caller ("[    T1]"), or the whole line.
  std::string_view text;
};
KernelLine kernel_line(std::string_view line);

}  // namespace nocloud
