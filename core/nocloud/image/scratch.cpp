#include "nocloud/image/scratch.hpp"

#include <chrono>
#include <cstdlib>
#include <system_error>

#include <sys/stat.h>

#include "nocloud/base/process/process.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

fs::path scratch_root() {
  const char* configured = std::getenv("TMPDIR");
  if (configured != nullptr && *configured != '\0') return fs::absolute(configured);
  // /tmp is often kept in memory, where a disk does not fit.
  const fs::path for_large_files = "/var/tmp";
  std::error_code ignored;  // without that folder the usual place has to do
  return fs::is_directory(for_large_files, ignored) ? for_large_files : "/tmp";
}

std::uint64_t room_taken_by(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;  // what cannot be looked into is not counted
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(folder, options, ignored);
       entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    struct stat status {};
    if (::lstat(entry->path().c_str(), &status) == 0) {
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
  }
  return bytes;
}

/// False if something of it stays.
bool remove_whole(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error || !find_program("unshare")) return !error;
  // A build without root has files of the user's further IDs (subuid).
  const auto result =
      run_process({"unshare", "--map-auto", "--map-root-user", "rm", "-rf", "--", folder.string()},
                  {.limit = std::chrono::minutes(5)});
  return result.exit_code == 0;
}

}  // namespace

std::unique_ptr<TemporaryFolder> scratch_folder() {
  remove_abandoned_folders();
  return std::make_unique<TemporaryFolder>(scratch_root());
}

std::vector<AbandonedFolder> remove_abandoned_folders() {
  std::vector<AbandonedFolder> gone;
  for (const auto& folder : TemporaryFolder::abandoned(scratch_root())) {
    AbandonedFolder left{.folder = folder->path(), .bytes = room_taken_by(folder->path())};
    if (remove_whole(folder->path())) gone.push_back(std::move(left));
  }
  return gone;
}

}  // namespace nocloud
