#pragma once

#include <filesystem>

namespace nocloud::terraform {

/// Where a socket may be that only the caller reaches; what is there goes with this object. One that a
/// process left that was killed goes with the next that comes here.
class SocketPlace {
 public:
  /// `folder` is the caller's alone.
  explicit SocketPlace(const std::filesystem::path& folder);
  ~SocketPlace();
  SocketPlace(const SocketPlace&) = delete;
  SocketPlace& operator=(const SocketPlace&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace nocloud::terraform
