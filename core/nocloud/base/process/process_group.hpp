#pragma once

#include <sys/types.h>

#include "nocloud/base/file/fd.hpp"

namespace nocloud {

/// A process group whose members don't outlive this process: they are killed as soon as it ends, however it
/// ends, those that its children have started included. One that leaves the group, as daemons do, stays.
class ProcessGroup {
 public:
  /// Throws Error{failed}.
  ProcessGroup();
  /// Lets go of what is in the group still.
  ~ProcessGroup();
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  /// To start programs in.
  pid_t id() const noexcept { return watcher_; }

 private:
  /// A child of ours that leads the group and waits for our end, which closes the other end of its pipe.
  pid_t watcher_ = -1;
  Fd alive_;
};

}  // namespace nocloud
