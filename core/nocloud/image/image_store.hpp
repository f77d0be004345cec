#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "nocloud/base/file.hpp"
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
};

/// Files on this machine that were verified: a stand-alone qcow2 disk and, for direct boot, its kernel and
/// initrd.
struct VerifiedImage {
  ImageFile disk;
  struct Kernel {
    ImageFile kernel;
    ImageFile initrd;
    std::string command_line;
  };
  std::optional<Kernel> kernel = std::nullopt;
  /// Holds an unpacked or converted disk until the image is stored.
  std::unique_ptr<TemporaryFolder> scratch = nullptr;
};

struct KernelChoice {
  std::filesystem::path kernel;
  std::filesystem::path initrd;
  std::string command_line;
};

/// Checks that the files are a kernel and an initrd that a VM can boot. Throws as verify_image does.
VerifiedImage::Kernel verify_kernel(const KernelChoice& choice, const std::stop_token& stop = {});

/// Checks that the file is a disk image that stands alone. One that gzip, xz or zstd has packed is unpacked,
/// a raw one is converted to qcow2, both in a scratch folder. Throws Error{invalid_input} naming file and
/// remedy if it is a folder, broken or truncated, has a backing file, data file or encryption, or is neither
/// qcow2 nor raw, also within what was packed; Error{not_found} if it is missing.
VerifiedImage verify_image(const std::filesystem::path& disk, const std::optional<KernelChoice>& kernel,
                           const std::stop_token& stop = {});

/// Makes the volume hold the file: digest-named, readable by all, written by nobody. An existing volume is
/// replaced unless `trusted` (a complete template vouches for it). Nothing is left if the upload fails.
void store_image(Hypervisor& hypervisor, const ImageFile& file, bool trusted,
                 const std::stop_token& stop = {});

}  // namespace nocloud
