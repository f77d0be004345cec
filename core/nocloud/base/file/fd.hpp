#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

namespace nocloud {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { close(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void close() noexcept;

 private:
  int fd_ = -1;
};

/// Whether the open file is the one at this path: false if that was removed or replaced since.
bool is_at(const Fd& fd, const std::filesystem::path& path) noexcept;

/// All that is left to read; the path is for messages. Throws Error{invalid_input} if that is more than
/// `limit` bytes, Error{failed} if it can't be read.
std::string read_all(const Fd& fd, const std::filesystem::path& path, std::size_t limit);

}  // namespace nocloud
