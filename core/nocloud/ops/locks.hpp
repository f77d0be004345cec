#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "nocloud/base/file_lock.hpp"

namespace nocloud {

/// Keeps two runs of one caller from working on one thing of one connection at the same time.
class Locks {
 public:
  /// `folder` is made when it is missing; `uri` tells connections apart.
  Locks(std::filesystem::path folder, std::string_view uri);
  /// Removes the lock files that killed runs have left, of whatever subject.
  ~Locks();
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;

  /// Waits for whoever holds it; `subject` is a VM's or template's domain name, "run=GROUP",
  /// "change=TEMPLATE" or "install=NAME". Throws Error{interrupted}, and what `on_wait` throws.
  FileLock acquire(std::string_view subject, const std::stop_token& stop,
                   const std::function<void()>& on_wait = {}) const;
  /// What whoever holds it says of itself (FileLock::say_holder); nothing if nobody holds it.
  std::optional<std::string> holder_of(std::string_view subject) const;

 private:
  std::filesystem::path path_of(std::string_view subject) const;

  std::filesystem::path folder_;
  std::string connection_;
};

}  // namespace nocloud
