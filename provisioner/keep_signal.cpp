#include "provisioner/keep_signal.hpp"

#include <atomic>

namespace nocloud {
namespace {

/// A handler reaches nothing else.
std::atomic<bool> keep_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free, "or a signal handler could not set it");

void take_note(int /*number*/) {
  keep_asked = true;
}

}  // namespace

KeepSignal::KeepSignal() {
  keep_asked = false;
  struct sigaction action {};
  action.sa_handler = take_note;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, &before_);
}

KeepSignal::~KeepSignal() {
  ::sigaction(SIGUSR1, &before_, nullptr);
}

bool KeepSignal::has_come() const noexcept {
  return keep_asked;
}

}  // namespace nocloud
