#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "nocloud/ops/context.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"
#include "nocloud/ops/survey/survey.hpp"
#include "terraform_shim/provider/resources/thing.hpp"

namespace nocloud::terraform {

/// All VMs there are, by one listing for a burst of questions: Terraform asks about each VM by itself, ten
/// at once. A listing is good for two seconds, and until something is changed. Safe to call from several
/// threads.
class VmListing {
 public:
  /// The VM of this name, whosever it is and in whatever state of completion. Throws Error{invalid_input} if
  /// it is unreadable. Of one that was renamed only refuse_unreadable() tells.
  std::optional<LocatedVm> find(const Context& context, const VmName& name);
  /// Throws Error{invalid_input} if the VM is there, but unreadable: as when its domain was renamed. To be
  /// asked before a VM is said to be gone.
  void refuse_unreadable(const Context& context, const Thing& vm);
  /// Whoever else has VMs in the group, where the caller has none: the group is theirs.
  std::optional<Owner> other_owner_of(const Context& context, const GroupName& group);
  /// All of them, sorted by name. Warns of the unreadable ones.
  std::vector<LocatedVm> all(const Context& context);
  /// What `ssh` needs beside the VM; it knows the host keys of all that were listed.
  SshAccess access(const Context& context);
  /// Something is about to be changed, or was.
  void forget();

 private:
  /// With the mutex held.
  void refresh(const Context& context);

  std::mutex mutex_;
  std::optional<Clock::TimePoint> listed_at_;
  std::map<VmName, LocatedVm> vms_;
  std::vector<Unreadable> unreadable_;
  SshAccess access_;
};

}  // namespace nocloud::terraform
