#include "nocloud/base/file/known_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/file/private_folder.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t largest_bytes = 64U << 20U;  // the records of 10,000 VMs take 5 MiB

std::string prefix_of(const std::string& uri) {
  return fmt::format("known-{}-", hex(bytes_of(sha256(uri))).substr(0, 16));
}

/// A file that another user left here, while the folder was still open to others, is none of ours.
bool is_the_folders_own(const Fd& fd, const fs::path& folder) {
  struct stat status {};
  struct stat around {};
  if (::fstat(fd.get(), &status) != 0 || ::lstat(folder.c_str(), &around) != 0) return false;
  const bool ours = status.st_uid == 0 || status.st_uid == around.st_uid;
  return ours && S_ISREG(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

KnownFile::KnownFile(const fs::path& runtime_folder, const std::string& uri, std::string_view what)
    : path_(runtime_folder / fmt::format("{}{}.json", prefix_of(uri), what)) {}

std::optional<json> KnownFile::content() const {
  const auto folder = path_.parent_path();
  if (!is_private_folder(folder)) return std::nullopt;
  const Fd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd || !is_the_folders_own(fd, folder)) return std::nullopt;
  return json::parse(read_all(fd, path_, largest_bytes));
}

void KnownFile::keep(const json& content) const {
  try {
    make_folder(path_.parent_path(), 0700);
    write_file(path_, content.dump(), 0600);
  } catch (const json::exception&) {
    return;  // text of somebody's that is no UTF-8
  } catch (const Error&) {
    return;
  }
}

void KnownFile::forget() const {
  std::error_code error;
  fs::remove(path_, error);
}

void forget_known(const fs::path& runtime_folder, const std::string& uri) {
  const auto prefix = prefix_of(uri);
  std::error_code error;  // no folder, nothing known
  for (const auto& entry : fs::directory_iterator(runtime_folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), error);
  }
}

}  // namespace nocloud
