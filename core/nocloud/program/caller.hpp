#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "nocloud/base/file/file_rights.hpp"
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
  /// Locks, each held in all of these: any two runs of this user that see the same /tmp have one in common,
  /// whatever the environment says and whether the user is logged in.
  std::vector<std::filesystem::path> lock_folders = {};
  /// With whose rights the data and lock folders are handled, where root runs for a user by sudo. All other
  /// folders are root's own then.
  std::optional<FileUser> files = {};
};

/// The folders of a machine in which all users have one of their own.
struct SharedFolders {
  std::filesystem::path run = "/run";
  std::filesystem::path temporary = "/tmp";
};

/// Who calls. Root by sudo (or Ansible's become, which is that) counts as the user who called.
Caller find_caller(const SharedFolders& shared = {});

/// Makes the runtime folder, and those that hold the locks. Throws Error{unavailable} unless they are the
/// user's alone: in /tmp anybody could have made them before us.
void claim_runtime_folder(const Caller& caller);

}  // namespace nocloud
