#pragma once

#include <future>
#include <mutex>
#include <optional>
#include <vector>

#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {

/// Asks guests to power off, and waits for none whose QEMU hangs: libvirt's own call has no limit then.
class PowerButton {
 public:
  explicit PowerButton(const Connection& connection) : connection_(connection) {}

  /// Gives why libvirt refused; nothing if the guest was asked, or if QEMU has not answered for some seconds.
  /// Such a question stays with libvirt until QEMU answers or ends.
  std::optional<Fault> press(virDomainPtr domain);

 private:
  using Answer = std::shared_future<std::optional<Fault>>;

  /// The question, put on this connection; nothing if too many are open there for some seconds.
  std::optional<Answer> ask(virDomainPtr domain);
  std::optional<Answer> ask_if_free(virDomainPtr domain);
  /// The same on a connection of its own.
  Answer ask_apart(virDomainPtr domain) const;

  const Connection& connection_;
  std::mutex mutex_;
  std::vector<Answer> open_;
};

}  // namespace nocloud
