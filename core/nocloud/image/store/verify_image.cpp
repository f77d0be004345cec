#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/disk/disk_format.hpp"
#include "nocloud/image/disk/qcow2_extent.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"
#include "nocloud/image/disk/qemu_img.hpp"
#include "nocloud/image/local_file.hpp"
#include "nocloud/image/scratch.hpp"
#include "nocloud/image/source/kernel_file.hpp"
#include "nocloud/image/source/unpack.hpp"
#include "nocloud/image/store/image_store.hpp"

namespace nocloud {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t sector_bytes = 512;
/// A check takes up to 8 bytes of memory for each. Of clusters of the usual size they are a file of a TiB.
constexpr std::uint64_t most_clusters = std::uint64_t{1} << 24U;

void check_clusters(const Qcow2Layout& layout, std::uint64_t file_bytes) {
  const auto clusters = file_bytes >> layout.cluster_bits;
  if (clusters <= most_clusters) return;
  throw Error(ErrorKind::invalid_input,
              fmt::format("it has {} clusters, {} at most are taken", clusters, most_clusters),
              "Write it anew with larger ones: qemu-img convert -O qcow2 FILE disk.qcow2");
}

ImageFile image_file(const fs::path& path, const LocalFile& file, std::string_view suffix,
                     const std::stop_token& stop) {
  const auto digest = hex(file.digest(DigestAlgorithm::sha256, stop));
  return {.path = fs::absolute(path), .volume = image_volume_name(digest, suffix)};
}

DiskFormat format_of(const LocalFile& file) {
  const auto tail = file.size() - std::min<std::uint64_t>(file.size(), disk_format_tail);
  return disk_format_of(file.read_at(0, disk_format_head), file.read_at(tail, disk_format_tail));
}

ImageFile verify_qcow2(const fs::path& disk, const LocalFile& file, const std::stop_token& stop) {
  const auto layout = check_qcow2_header(file.read_at(0, qcow2_header_head));
  check_clusters(layout, file.size());
  read_through_qcow2(disk, layout.disk_bytes, stop);
  if (const auto end = qcow2_content_end(file, stop); end > file.size()) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("its end is missing ({})", counted(end - file.size(), "byte")),
                "Fetch or copy it again; if it is whole, write it anew: qemu-img convert -O qcow2 FILE "
                "disk.qcow2");
  }
  return image_file(disk, file, "qcow2", stop);
}

ImageFile convert_raw(const fs::path& disk, const LocalFile& file, const fs::path& folder,
                      const std::stop_token& stop) {
  if (file.size() % sector_bytes != 0) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("it is not qcow2, and as a raw disk its {} bytes are no multiple of {}",
                            file.size(), sector_bytes),
                "It is cut short or no disk image: fetch or copy it again.");
  }
  const auto converted = folder / "disk.qcow2";
  convert_raw_to_qcow2(disk, converted, stop);
  return image_file(converted, LocalFile::open(converted), "qcow2", stop);
}

/// A disk, and the folder where it is kept if it is not the file that was given.
struct VerifiedDisk {
  ImageFile disk;
  std::unique_ptr<TemporaryFolder> folder = nullptr;
};

VerifiedDisk verify_disk(const fs::path& disk, const LocalFile& file, const std::stop_token& stop);

VerifiedDisk unpack_disk(const LocalFile& file, const std::stop_token& stop) {
  auto folder = scratch_folder();
  const auto unpacked = folder->path() / "unpacked";
  unpack(file, unpacked, stop);
  return while_doing("unpacked", [&] {
    const auto disk = LocalFile::open(unpacked);
    if (format_of(disk) == DiskFormat::packed) {
      throw Error(ErrorKind::invalid_input, "it is packed once more", "Unpack it, and give what comes out.");
    }
    auto verified = verify_disk(unpacked, disk, stop);
    if (!verified.folder) verified.folder = std::move(folder);
    return verified;
  });
}

VerifiedDisk verify_disk(const fs::path& disk, const LocalFile& file, const std::stop_token& stop) {
  const auto format = format_of(file);
  if (format == DiskFormat::qcow2) return {.disk = verify_qcow2(disk, file, stop)};
  if (format == DiskFormat::packed) return unpack_disk(file, stop);
  auto folder = scratch_folder();
  auto converted = convert_raw(disk, file, folder->path(), stop);
  return {.disk = std::move(converted), .folder = std::move(folder)};
}

void keep(KeptFolders& kept, std::unique_ptr<TemporaryFolder> folder) {
  if (folder) kept.push_back(std::move(folder));
}

ImageFile verify_kernel_file(const PrivateFile& kernel, const std::stop_token& stop) {
  return while_doing(fmt::format("{} can't be used as a kernel", cited(kernel.known_as().string())), [&] {
    const auto file = LocalFile::open(kernel.path());
    if (file.size() > largest_kernel_bytes) throw Error(ErrorKind::invalid_input, "it is too large");
    check_kernel_head(file.read_at(0, kernel_head));
    return image_file(kernel.path(), file, "vmlinuz", stop);
  });
}

ImageFile verify_initrd(const PrivateFile& initrd, const std::stop_token& stop) {
  const auto file = LocalFile::open(initrd.path());
  if (file.size() > largest_initrd_bytes) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("{} is too large for an initrd", cited(initrd.known_as().string())));
  }
  return image_file(initrd.path(), file, "initrd", stop);
}

}  // namespace

VerifiedImage::Kernel verify_kernel(PrivateFile kernel, PrivateFile initrd, const std::string& command_line,
                                    const std::stop_token& stop) {
  check_command_line(command_line);
  VerifiedImage::Kernel verified{.kernel = verify_kernel_file(kernel, stop),
                                 .initrd = verify_initrd(initrd, stop),
                                 .command_line = command_line};
  keep(verified.kept, std::move(kernel).release_folder());
  keep(verified.kept, std::move(initrd).release_folder());
  return verified;
}

VerifiedImage::Kernel verify_kernel(const KernelChoice& choice, const std::stop_token& stop) {
  check_command_line(choice.command_line);
  return verify_kernel(PrivateFile::copy_of(choice.kernel, stop), PrivateFile::copy_of(choice.initrd, stop),
                       choice.command_line, stop);
}

VerifiedImage verify_image(PrivateFile disk, std::optional<VerifiedImage::Kernel> kernel,
                           const std::stop_token& stop) {
  return while_doing(fmt::format("{} can't be used as a disk image", cited(disk.known_as().string())), [&] {
    auto verified = verify_disk(disk.path(), LocalFile::open(disk.path()), stop);
    VerifiedImage image{.disk = std::move(verified.disk), .kernel = std::move(kernel)};
    // What was unpacked or converted is not needed any more.
    keep(image.kept, verified.folder ? std::move(verified.folder) : std::move(disk).release_folder());
    return image;
  });
}

VerifiedImage verify_image(const fs::path& disk, const std::optional<KernelChoice>& kernel,
                           const std::stop_token& stop) {
  // What is quick to find wrong comes first.
  auto verified_kernel = kernel ? std::optional(verify_kernel(*kernel, stop)) : std::nullopt;
  return verify_image(PrivateFile::copy_of(disk, stop), std::move(verified_kernel), stop);
}

}  // namespace nocloud
