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
  /// Locks and answers that hold until the next boot; made, and the caller's alone.
  std::filesystem::path runtime_folder;
};

/// Who calls. Root by sudo (or Ansible's become, which is that) counts as the user who called.
/// Throws Error{unavailable} if a folder can't be had.
Caller find_caller();

}  // namespace nocloud
