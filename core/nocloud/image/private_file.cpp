#include "nocloud/image/private_file.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/local_file.hpp"
#include "nocloud/image/scratch.hpp"
#include "nocloud/image/sparse_file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

void copy_pieces(const LocalFile& file, SparseFile& copy, const std::stop_token& stop) {
  while (copy.size() < file.size()) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    const auto data = file.next_data(copy.size());
    copy.skip(data - copy.size());
    const auto left = file.size() - copy.size();
    if (left == 0) return;
    const auto piece =
        file.read_at(copy.size(), static_cast<std::size_t>(std::min<std::uint64_t>(left, file_piece)));
    if (piece.empty()) {
      throw Error(ErrorKind::invalid_input, "it became shorter while it was read",
                  "Run the command again when nothing writes to the file.");
    }
    copy.append(piece);
  }
}

/// Whether only root and we can put something else at this path.
bool only_we_change(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  const bool ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  const bool others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  // In such a folder nobody can remove or rename what is another's.
  const bool sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
  if (!ours || (others_write && !sticky)) return false;
  return path == path.root_path() || only_we_change(path.parent_path());
}

}  // namespace

PrivateFile PrivateFile::copy_of(const fs::path& file, const std::stop_token& stop) {
  const auto source = LocalFile::open(file);
  auto folder = scratch_folder();
  auto path = folder->path() / "copy";
  while_doing(fmt::format("copying {}", cited(file.string())), [&] {
    SparseFile copy(path);
    if (!copy.share_blocks_of(source)) copy_pieces(source, copy, stop);
    copy.finish();
  });
  return {file, std::move(path), std::move(folder)};
}

PrivateFile PrivateFile::taken(const fs::path& file, const std::stop_token& stop) {
  std::error_code missing;
  const auto real = fs::canonical(file, missing);
  if (missing || !only_we_change(real)) return copy_of(file, stop);
  return {file, real, nullptr};
}

}  // namespace nocloud
