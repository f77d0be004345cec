#pragma once

#include <optional>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/types.h>

namespace nocloud {

/// Pointers to words as exec and posix_spawn take them: valid as long as the words are.
std::vector<char*> c_strings(const std::vector<std::string>& words);

/// What posix_spawn does in the child before the program starts.
class SpawnPlan {
 public:
  /// Of the program's own, or of a leader's that is there already; a plan without either keeps ours.
  static constexpr pid_t own_group = 0;

  explicit SpawnPlan(std::optional<pid_t> group = own_group);
  ~SpawnPlan();
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// The child has our descriptor `ours` as `theirs`.
  void connect(int ours, int theirs) { ::posix_spawn_file_actions_adddup2(&actions_, ours, theirs); }

  /// Starts the program that the first argument names, with these settings ("NAME=VALUE") beside ours. Throws
  /// Error{not_found} if there is none, Error{failed} if it cannot be started.
  pid_t start(const std::vector<std::string>& arguments,
              const std::vector<std::string>& added_environment) const;

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace nocloud
