#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include "nocloud/base/file/file_lock.hpp"
#include "nocloud/model/source/checksum.hpp"
#include "nocloud/model/source/download_url.hpp"

namespace nocloud {

/// How files are downloaded on this machine.
struct Downloads {
  /// nocloud-fetch; nothing where it is not installed.
  std::optional<std::filesystem::path> program = std::nullopt;
  /// Where they are kept until they are whole; made when it is missing.
  std::filesystem::path folder = {};
};

/// A file that came from the network, gone with this object.
class DownloadedFile {
 public:
  DownloadedFile(std::filesystem::path path, FileLock lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  DownloadedFile(DownloadedFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  DownloadedFile& operator=(DownloadedFile&&) = delete;
  ~DownloadedFile();
  DownloadedFile(const DownloadedFile&) = delete;
  DownloadedFile& operator=(const DownloadedFile&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  FileLock lock_;
};

struct DownloadWatch {
  /// Hears how many bytes of how many are there; of 0 while nobody knows.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress = {};
  /// Called once if another run downloads the same, which is waited for.
  std::function<void()> on_wait = {};
  std::stop_token stop = {};
};

/// Downloads the file and checks it. One that fails half-way is gone on with by the next, if it can be.
/// Throws Error{invalid_input} if what came has another checksum; Error{not_found} if the server or
/// nocloud-fetch has no such thing; Error{unavailable} or {timed_out} if the server can't be reached or gives
/// nothing more.
DownloadedFile download(const Downloads& downloads, const DownloadUrl& url,
                        const std::optional<Checksum>& checksum, const DownloadWatch& watch);

/// What a download that broke off has left.
struct BrokenDownload {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
};

/// Removes what nobody is downloading and nobody has gone on with for so long. Throws Error{failed}.
std::vector<BrokenDownload> remove_broken_downloads(const std::filesystem::path& folder,
                                                    std::chrono::hours age);

/// Throws Error{invalid_input} unless the file adds up to this.
void require_checksum(const std::filesystem::path& file, const Checksum& checksum,
                      const std::stop_token& stop);

}  // namespace nocloud
