#pragma once

#include <filesystem>
#include <stop_token>

#include "nocloud/base/clock.hpp"
#include "nocloud/base/reporter.hpp"
#include "nocloud/image/source/download.hpp"
#include "nocloud/model/identity.hpp"
#include "nocloud/model/owner.hpp"
#include "nocloud/ops/keyring.hpp"
#include "nocloud/ops/locks.hpp"
#include "nocloud/ssh/ssh_port.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// What every operation works with, and for whom.
struct Context {
  Hypervisor& hypervisor;
  Ssh& ssh;
  Clock& clock;
  Reporter& reporter;
  const Keyring& keyring;
  const Locks& locks;
  Owner caller;
  Realm realm = {};
  /// Where answers are kept that hold until the host's next boot.
  std::filesystem::path runtime_folder = {};
  Downloads downloads = {};
  std::stop_token stop = {};
};

/// The same context with another reporter.
Context with(const Context& context, Reporter& reporter);
/// The same context with other locks.
Context with(const Context& context, const Locks& locks);

}  // namespace nocloud
