#pragma once

#include <optional>
#include <vector>

#include <sys/types.h>

namespace nocloud {

/// A user for whom root handles files.
struct FileUser {
  uid_t uid;
  gid_t gid;
};

/// While this lives, its thread opens, makes and removes files with a user's rights and no more: a link of
/// that user's leads root nowhere. Other threads stay root, but not those that this one starts
/// meanwhile. Use it on the stack; guards may nest.
class FileRights {
 public:
  /// Nothing changes where no user is given: files are handled as whoever runs this.
  /// Throws Error{unavailable} if the rights can't be given up.
  explicit FileRights(const std::optional<FileUser>& user);
  ~FileRights();
  FileRights(const FileRights&) = delete;
  FileRights& operator=(const FileRights&) = delete;

 private:
  struct Before {
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups;
  };
  static void restore(const Before& before) noexcept;

  std::optional<Before> before_;
};

}  // namespace nocloud
