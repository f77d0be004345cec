#pragma once

#include <filesystem>

#include <sys/types.h>

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
  /// Locks and answers that hold until the next boot; see claim_runtime_folder.
  std::filesystem::path runtime_folder;
};

/// Who calls. Root by sudo (or Ansible's become, which is that) counts as the user who called.
Caller find_caller();

/// Makes the runtime folder. Throws Error{unavailable} unless it is the caller's alone: in /tmp anybody could
/// have made it before us.
void claim_runtime_folder(const Caller& caller);

}  // namespace nocloud
