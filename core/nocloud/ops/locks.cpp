#include "nocloud/ops/locks.hpp"

#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::size_t connection_digits = 12;
constexpr std::string_view ending = ".lock";

/// Whether place_of() could have made it, for this connection or another.
bool is_our_name(std::string_view name) {
  return name.size() > connection_digits + 1 + ending.size() && name.ends_with(ending) &&
         is_hex(name.substr(0, connection_digits), connection_digits) && name[connection_digits] == '-';
}

/// Names in the folder; none where it can't be listed.
std::vector<std::string> names_in(const Fd& folder) {
  const int own = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const Handle<DIR, ::closedir> stream(own < 0 ? nullptr : ::fdopendir(own));
  std::vector<std::string> names;
  if (!stream) return names;
  while (const auto* entry = ::readdir(stream.get())) names.emplace_back(entry->d_name);
  return names;
}

/// The folder itself, not one that a link names; nothing unless it is this user's.
Fd open_own_folder(const std::filesystem::path& path, uid_t uid) {
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  const bool own = folder && ::fstat(folder.get(), &status) == 0 && status.st_uid == uid;
  return own ? std::move(folder) : Fd();
}

}  // namespace

Locks::Locks(std::filesystem::path folder, std::string_view uri, LockHabits habits)
    : Locks(std::vector{std::move(folder)}, uri, std::move(habits)) {}

Locks::Locks(std::vector<std::filesystem::path> folders, std::string_view uri, LockHabits habits)
    : folders_(std::move(folders)),
      connection_(hex(bytes_of(sha256(uri))).substr(0, connection_digits)),
      habits_(std::move(habits)) {}

Locks::Locks(const Locks& whole, std::optional<std::chrono::seconds> limit)
    : folders_(whole.folders_), connection_(whole.connection_), habits_(whole.habits_), sweeps_(false) {
  if (limit) habits_.limit = limit;
}

Locks Locks::limited_to(std::optional<std::chrono::seconds> limit) const {
  return {*this, limit};
}

Locks::~Locks() {
  if (!sweeps_) return;
  try {
    for (const auto& folder : usable_folders()) sweep(folder);
  } catch (const Error&) {
    return;  // what is left, the next run removes
  }
}

void Locks::sweep(const std::filesystem::path& path) const {
  const FileRights rights(habits_.user);
  const Fd folder = open_own_folder(path, habits_.user ? habits_.user->uid : ::geteuid());
  if (!folder) return;
  for (const auto& name : names_in(folder)) {
    if (is_our_name(name)) FileLock::remove_if_free(folder, name);
  }
}

template <class Acquire>
FileLock Locks::in_all_places(std::string_view subject, const Acquire& acquire) const {
  const auto folders = usable_folders();
  auto held = acquire(place_in(folders.front(), subject));
  for (std::size_t i = 1; i < folders.size(); ++i) {
    auto further = acquire(place_in(folders[i], subject));
    further.join(std::move(held));
    held = std::move(further);
  }
  return held;
}

std::vector<std::filesystem::path> Locks::usable_folders() const {
  const FileRights rights(habits_.user);
  std::vector<std::filesystem::path> usable;
  for (const auto& folder : folders_) {
    const bool last = &folder == &folders_.back();
    try {
      make_folder(folder, 0700);
      usable.push_back(folder);
    } catch (const Error&) {
      if (last) throw;  // a login that is over has taken its folder with it
    }
  }
  return usable;
}

FileLock Locks::acquire(std::string_view subject, const std::stop_token& stop,
                        const std::function<void()>& on_wait, std::chrono::seconds usual) const {
  auto wait = wait_for(subject, stop, usual);
  wait.on_wait = on_wait;
  return in_all_places(subject, [&](const LockPlace& place) { return FileLock::acquire(place, wait); });
}

FileLock Locks::acquire_shared(std::string_view subject, const std::stop_token& stop) const {
  const auto wait = wait_for(subject, stop, vm_work);
  return in_all_places(subject,
                       [&](const LockPlace& place) { return FileLock::acquire_shared(place, wait); });
}

LockWait Locks::wait_for(std::string_view subject, const std::stop_token& stop,
                         std::chrono::seconds usual) const {
  const auto tell = [this, told = std::string(subject)](const std::string& holder) {
    if (habits_.on_long_wait) habits_.on_long_wait(told, fmt::format("waiting for {}", holder));
  };
  return {.stop = stop, .on_long_wait = tell, .limit = habits_.limit.value_or(usual)};
}

std::optional<pid_t> Locks::holder_of(std::string_view subject) const {
  for (const auto& folder : folders_) {
    if (const auto holder = FileLock::holder_at(place_in(folder, subject))) return holder;
  }
  return std::nullopt;
}

LockPlace Locks::place_in(const std::filesystem::path& folder, std::string_view subject) const {
  return {folder / fmt::format("{}-{}{}", connection_, subject, ending), habits_.user};
}

}  // namespace nocloud
