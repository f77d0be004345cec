#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "nocloud/image/private_file.hpp"
#include "nocloud/model/vm.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// The volume that holds a file of this content: "sha256-<64 hex digits>.<suffix>".
VolumeName image_volume_name(std::string_view sha256_hex, std::string_view suffix);
/// Whether a volume has such a name.
bool is_image_volume(const VolumeName& volume);

/// A file on this machine and the volume that is to hold it.
struct ImageFile {
  std::filesystem::path path;
  VolumeName volume;
  /// The volume that it is a layer over; nothing if it stands alone.
  std::optional<VolumeName> base = std::nullopt;
  /// Of the volume.
  NewVolume::Access access = NewVolume::Access::owner_only;
};

/// Files on this machine that were verified: a qcow2 disk and, for direct boot, its kernel and initrd. Nobody
/// else can change them.
struct VerifiedImage {
  ImageFile disk;
  struct Kernel {
    ImageFile kernel;
    ImageFile initrd;
    std::string command_line;
    KeptFolders kept = {};
  };
  std::optional<Kernel> kernel = std::nullopt;
  /// Where the files are until the image is stored.
  KeptFolders kept = {};

  /// For what anybody can get in the same way, and for nothing else.
  void let_everybody_read();
};

struct KernelChoice {
  std::filesystem::path kernel;
  std::filesystem::path initrd;
  std::string command_line;
};

/// Copies the files, and checks that they are a kernel and an initrd that a VM can boot. Throws as
/// verify_image does.
VerifiedImage::Kernel verify_kernel(const KernelChoice& choice, const std::stop_token& stop = {});
/// The same for files that nobody else can change.
VerifiedImage::Kernel verify_kernel(PrivateFile kernel, PrivateFile initrd, const std::string& command_line,
                                    const std::stop_token& stop = {});

/// Checks that the file is a disk image that stands alone. One that gzip, xz or zstd has packed is unpacked,
/// a raw one is converted to qcow2, both in a scratch folder. Throws Error{invalid_input} naming file and
/// remedy if it is broken or truncated, has a backing file, data file or encryption, or is neither qcow2 nor
/// raw, also within what was packed.
VerifiedImage verify_image(PrivateFile disk, std::optional<VerifiedImage::Kernel> kernel,
                           const std::stop_token& stop = {});
/// The same for a copy of anybody's files. Throws what PrivateFile::copy_of throws, too.
VerifiedImage verify_image(const std::filesystem::path& disk, const std::optional<KernelChoice>& kernel,
                           const std::stop_token& stop = {});

/// Makes the volume hold the file. An existing volume is replaced unless `trusted` (a complete template
/// vouches for it). Nothing is left if the upload fails, or if what is stored would have QEMU open anything
/// but the base that the file is known to have.
void store_image(Hypervisor& hypervisor, const ImageFile& file, bool trusted,
                 const std::stop_token& stop = {});

}  // namespace nocloud
