#include "nocloud/base/file/private_folder.hpp"

#include <exception>

#include <sys/stat.h>

namespace nocloud {
namespace {

namespace fs = std::filesystem;

bool others_may_write(const struct stat& status) {
  return (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

/// In a sticky folder nobody can rename or remove what is another's.
bool keeps_its_entries(const fs::path& folder, uid_t owner) {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  const bool trusted = status.st_uid == 0 || status.st_uid == owner;
  return trusted && (!others_may_write(status) || (status.st_mode & S_ISVTX) != 0);
}

}  // namespace

bool is_private_folder(const fs::path& folder) noexcept try {
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || others_may_write(status)) {
    return false;
  }
  for (auto above = fs::canonical(folder); above.has_relative_path();) {
    above = above.parent_path();
    if (!keeps_its_entries(above, status.st_uid)) return false;
  }
  return true;
} catch (const std::exception&) {
  return false;
}

}  // namespace nocloud
