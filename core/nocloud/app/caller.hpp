#pragma once

#include <filesystem>
#include <optional>

#include <sys/types.h>

#include "nocloud/base/file_rights.hpp"
#include "nocloud/model/owner.hpp"

namespace nocloud {

/// The person for whom a program runs, and that person's folders.
struct Caller {
  Owner owner;
  uid_t uid = 0;
  std::filesystem::path home;
  /// $XDG_DATA_HOME/nocloud: secret, keys, known_hosts.
  std::filesystem::path data_folder;
  /// $XDG_CACHE_HOME/nocloud: what could be made or fetched again.
  std::filesystem::path cache_folder;
  /// Answers that hold until the next boot, and sockets; see claim_runtime_folder.
  std::filesystem::path runtime_folder;
  /// Locks: one place for all runs of this user on this machine, whatever the environment says.
  std::filesystem::path lock_folder;
  /// With whose rights the data and lock folders are handled, where root runs for a user by sudo. All other
  /// folders are root's own then.
  std::optional<FileUser> files = {};
};

/// Who calls. Root by sudo (or Ansible's become, which is that) counts as the user who called.
Caller find_caller();

/// Makes the runtime folder, and the one that holds the locks. Throws Error{unavailable} unless they are the
/// user's alone: in /tmp anybody could have made them before us.
void claim_runtime_folder(const Caller& caller);

}  // namespace nocloud
