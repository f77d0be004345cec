#include "nocloud/image/store/disk_copy.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/disk/qcow2_extent.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"
#include "nocloud/image/disk/qemu_img.hpp"
#include "nocloud/image/disk/seal.hpp"
#include "nocloud/image/local_file.hpp"
#include "nocloud/image/scratch.hpp"
#include "nocloud/image/sparse_file.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

/// The path by which a layer names its base; empty if it stands alone.
std::string backing_path_of(const fs::path& disk) {
  const auto head = LocalFile::open(disk).read_at(0, qcow2_header_head);
  check_qcow2_layer_header(head);
  return qcow2_backing_name(head).value_or("");
}

ImageFile verify_layer(const fs::path& disk, const VolumeName& base, const std::stop_token& stop) {
  const auto file = LocalFile::open(disk);
  if (const auto end = qcow2_content_end(file, stop); end > file.size()) {
    throw Error(ErrorKind::failed,
                fmt::format("its end is missing ({})", counted(end - file.size(), "byte")));
  }
  return {.path = disk,
          .volume = image_volume_name(hex(file.digest(DigestAlgorithm::sha256, stop)), "qcow2"),
          .base = base};
}

}  // namespace

DiskCopy::DiskCopy(Hypervisor& hypervisor, const VolumeName& disk, std::optional<VolumeName> base,
                   CopyWatch watch)
    : hypervisor_(hypervisor),
      watch_(std::move(watch)),
      folder_(scratch_folder()),
      disk_(fetch(disk, "disk.qcow2")),
      base_(std::move(base)),
      base_path_(backing_path_of(disk_)) {
  if (fs::path(base_path_).filename() == (base_ ? base_->str() : "")) return;
  throw Error(ErrorKind::failed, fmt::format("the volume {} lies over {}, not over {}", cited(disk.str()),
                                             base_path_.empty() ? "nothing" : cited(base_path_),
                                             base_ ? cited(base_->str()) : "nothing"));
}

fs::path DiskCopy::fetch(const VolumeName& volume, std::string_view file_name) const {
  auto path = folder_->path() / file_name;
  const auto found = hypervisor_.find_volume(volume);
  SparseFile file(path);
  hypervisor_.download(volume, [&](std::string_view bytes) {
    if (watch_.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    file.append(bytes);
    if (found) watch_.on_progress(file.size(), std::max(file.size(), found->allocation_bytes));
  });
  file.finish();
  return path;
}

void DiskCopy::complete() {
  if (complete_) return;
  complete_ = true;
  auto upper = disk_;
  for (auto below = base_; below;) {
    const auto path = fetch(*below, below->str());  // one that were below itself would be there already
    rename_backing(upper, path.string(), watch_.stop);
    const auto next = backing_path_of(path);
    below =
        next.empty() ? std::nullopt : std::optional(VolumeName::parse(fs::path(next).filename().string()));
    upper = path;
  }
}

void DiskCopy::seal(VirtType virt_type) {
  complete();
  seal_disk(disk_, virt_type, watch_.stop);
}

void DiskCopy::flatten() {
  if (!base_) return;
  complete();
  const auto flat = folder_->path() / "flat.qcow2";
  flatten_qcow2(disk_, flat, watch_.stop);
  disk_ = flat;
  base_.reset();
}

VerifiedImage DiskCopy::finish() && {
  if (!base_) {
    auto image = verify_image(PrivateFile::made_here(disk_), std::nullopt, watch_.stop);
    image.kept.push_back(std::move(folder_));
    return image;
  }
  if (complete_) rename_backing(disk_, base_path_, watch_.stop);
  VerifiedImage layer{.disk = verify_layer(disk_, *base_, watch_.stop)};
  layer.kept.push_back(std::move(folder_));
  return layer;
}

}  // namespace nocloud
