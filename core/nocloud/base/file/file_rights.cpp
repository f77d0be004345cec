#include "nocloud/base/file/file_rights.hpp"

#include <fmt/format.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"

namespace nocloud {
namespace {

#ifdef SYS_setgroups32
constexpr long set_groups_call = SYS_setgroups32;
#else
constexpr long set_groups_call = SYS_setgroups;
#endif

/// Of this thread alone; the function of the C library sets them for all threads.
bool set_groups(const std::vector<gid_t>& groups) noexcept {
  return ::syscall(set_groups_call, groups.size(), groups.data()) == 0;
}

std::vector<gid_t> groups_now() {
  const int count = ::getgroups(0, nullptr);
  std::vector<gid_t> groups(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count < 0 || ::getgroups(count, groups.data()) != count) throw system_error("cannot read our groups");
  return groups;
}

uid_t file_uid() noexcept {
  return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1)));  // -1 changes nothing
}

gid_t file_gid() noexcept {
  return static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1)));
}

}  // namespace

FileRights::FileRights(const std::optional<FileUser>& user) {
  if (!user) return;
  Before before{.uid = file_uid(), .gid = file_gid(), .groups = groups_now()};
  const bool dropped = set_groups({});
  ::setfsgid(user->gid);
  ::setfsuid(user->uid);
  if (dropped && file_gid() == user->gid && file_uid() == user->uid) {
    before_ = std::move(before);
    return;
  }
  restore(before);
  throw Error(ErrorKind::unavailable, fmt::format("root cannot take the rights of user {} here", user->uid),
              "Run the command as that user.");
}

FileRights::~FileRights() {
  if (before_) restore(*before_);
}

void FileRights::restore(const Before& before) noexcept {
  ::setfsuid(before.uid);
  ::setfsgid(before.gid);
  set_groups(before.groups);
}

}  // namespace nocloud
