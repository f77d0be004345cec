#pragma once

#include <csignal>

namespace nocloud {

/// Takes note of SIGUSR1, which would end the process, from now on until it goes.
class KeepSignal {
 public:
  KeepSignal();
  ~KeepSignal();
  KeepSignal(const KeepSignal&) = delete;
  KeepSignal& operator=(const KeepSignal&) = delete;

  bool has_come() const noexcept;

 private:
  struct sigaction before_ {};
};

}  // namespace nocloud
