#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// Looks for the first line of a Linux kernel in a console's output, which comes in pieces. What firmware and
/// boot loader write is none.
class KernelConsole {
 public:
  /// Whether a kernel's line was in this piece or an earlier one.
  bool feed(std::string_view piece);

 private:
  std::string line_;
  bool seen_ = false;
};

}  // namespace nocloud
