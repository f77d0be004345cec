#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/file/file_lock.hpp"

namespace nocloud {

/// How a run waits for what other runs hold, and with whose rights it handles files of locks.
struct LockHabits {
  /// The caller, where root runs for one by sudo.
  std::optional<FileUser> user = {};
  /// What the user allows each wait (--timeout); nothing: as long as the work at hand usually takes.
  std::optional<std::chrono::seconds> limit = {};
  /// Hears of a wait of more than a second: ("web00", "waiting for process 4711 (vmstop web00)").
  std::function<void(std::string_view subject, std::string_view what)> on_long_wait = {};
};

/// How long one VM or network may be worked on before a run that waits for it gives up; its disk may be
/// copied.
constexpr std::chrono::seconds vm_work = std::chrono::hours{1};
/// The same for a template, which may be downloaded, built or installed.
constexpr std::chrono::seconds template_work = std::chrono::hours{24};

/// Keeps two runs of one caller from working on one thing of one connection at the same time.
class Locks {
 public:
  /// `folder` is made when it is missing; `uri` tells connections apart.
  Locks(std::filesystem::path folder, std::string_view uri, LockHabits habits = {});
  /// Each lock is held in all of these folders, at least one: runs that see only some of them meet in those.
  /// Their order is the same for all runs. A folder but the last that cannot be made, as after a logout, is
  /// left out.
  Locks(std::vector<std::filesystem::path> folders, std::string_view uri, LockHabits habits = {});
  /// Removes the lock files that killed runs have left, of whatever subject. Leaves a folder that is not the
  /// caller's own, or a link, alone.
  ~Locks();
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;

  /// The same locks for a part of the work, where the user allows each wait this long; nothing: as before.
  /// The files of killed runs are left to the original.
  Locks limited_to(std::optional<std::chrono::seconds> limit) const;

  /// Waits for whoever holds it; `subject` is a VM's or template's domain name, "run=GROUP",
  /// "change=TEMPLATE", "install=NAME" or "use=images". Throws Error{interrupted}, Error{timed_out} after the
  /// limit of the habits, or `usual` where they have none, and what `on_wait` throws.
  FileLock acquire(std::string_view subject, const std::stop_token& stop,
                   const std::function<void()>& on_wait = {}, std::chrono::seconds usual = vm_work) const;
  /// The same, but runs that share it do not wait for each other; nor is a wait for it announced.
  FileLock acquire_shared(std::string_view subject, const std::stop_token& stop) const;
  /// The process that holds it; nothing if nobody does.
  std::optional<pid_t> holder_of(std::string_view subject) const;

 private:
  Locks(const Locks& whole, std::optional<std::chrono::seconds> limit);
  LockWait wait_for(std::string_view subject, const std::stop_token& stop, std::chrono::seconds usual) const;
  LockPlace place_in(const std::filesystem::path& folder, std::string_view subject) const;
  /// Makes them. The last can always be made, or this throws.
  std::vector<std::filesystem::path> usable_folders() const;
  /// One lock that holds those that `acquire` gives for the places.
  template <class Acquire>
  FileLock in_all_places(std::string_view subject, const Acquire& acquire) const;
  void sweep(const std::filesystem::path& path) const;

  std::vector<std::filesystem::path> folders_;
  std::string connection_;
  LockHabits habits_;
  bool sweeps_ = true;
};

}  // namespace nocloud
