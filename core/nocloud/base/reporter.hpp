#pragma once

#include <cstdint>
#include <string_view>

namespace nocloud {

/// Hears of progress while an operation runs. Called from several threads.
class Reporter {
 public:
  virtual ~Reporter() = default;
  /// A VM, template or network came a step further: step("web00", "started").
  virtual void step(std::string_view subject, std::string_view what) = 0;
  /// Of something that takes its time, `done` bytes of `total` (0 while nobody knows) are there.
  virtual void progress(std::string_view /*subject*/, std::uint64_t /*done*/, std::uint64_t /*total*/) {}
  /// What it is at just now, as the guest or a program puts it: printable, and forgotten with the next.
  virtual void status(std::string_view /*subject*/, std::string_view /*what*/) {}
  /// Something the user should know that is no error. `remedy` may be empty.
  virtual void warn(std::string_view text, std::string_view remedy) = 0;
};

}  // namespace nocloud
