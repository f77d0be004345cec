#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace nocloud {

/// Notices that libvirt does not answer. A call of libvirt's that hangs can't be interrupted, and one may
/// take long for good reasons. So this asks something small every two seconds, on a connection of its own.
class LibvirtPulse {
 public:
  /// Hears every half second for how long libvirt has not answered. It is called from a thread of its own.
  /// Time in which this process was itself stopped does not count.
  using Listener = std::function<void(std::chrono::milliseconds silent)>;

  LibvirtPulse(std::string uri, Listener listener);
  /// Waits for the answer to the last question.
  ~LibvirtPulse() = default;
  LibvirtPulse(const LibvirtPulse&) = delete;
  LibvirtPulse& operator=(const LibvirtPulse&) = delete;

 private:
  void listen(const std::stop_token& stop);
  void ask(const std::stop_token& stop);

  std::string uri_;
  Listener listener_;
  std::atomic<std::chrono::milliseconds> silent_{};
  std::jthread listening_;
  /// Ends first: while it waits for an answer, the other goes on to count.
  std::jthread asking_;
};

}  // namespace nocloud
