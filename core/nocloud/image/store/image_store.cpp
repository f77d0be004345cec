#include "nocloud/image/store/image_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/disk/qcow2_header.hpp"
#include "nocloud/image/local_file.hpp"

namespace nocloud {
namespace {

constexpr std::string_view prefix = "sha256-";
constexpr std::size_t digest_digits = 64;

std::string_view digest_in(const VolumeName& volume) {
  return std::string_view(volume.str()).substr(prefix.size(), digest_digits);
}

/// A new volume that goes again unless it was filled as it should be.
class NewImageVolume {
 public:
  NewImageVolume(Hypervisor& hypervisor, const ImageFile& file, std::uint64_t bytes)
      : hypervisor_(hypervisor), name_(file.volume) {
    hypervisor_.create_volume(
        {.name = name_, .format = NewVolume::Format::raw, .capacity_bytes = bytes, .access = file.access});
  }
  ~NewImageVolume() {
    if (complete_) return;
    try {
      hypervisor_.delete_volume(name_);
    } catch (const Error&) {
      // The error that ended the upload is on its way; the next run replaces what is left.
    }
  }
  NewImageVolume(const NewImageVolume&) = delete;
  NewImageVolume& operator=(const NewImageVolume&) = delete;

  /// Gives the digest of what was sent.
  std::string fill(const LocalFile& file, const std::stop_token& stop) {
    DigestSum sum(DigestAlgorithm::sha256);
    std::uint64_t offset = 0;
    hypervisor_.upload(name_, file.size(), [&](std::size_t most) {
      if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
      const auto left = file.size() - offset;
      const auto wanted = std::min<std::uint64_t>({most, file_piece, left});
      auto piece = file.read_at(offset, static_cast<std::size_t>(wanted));
      sum.add(piece);
      offset += piece.size();
      return piece;
    });
    return sum.finish();
  }

  /// What QEMU will find in it, read back from the host.
  void require_base(const std::optional<VolumeName>& base) {
    const auto head = hypervisor_.read_volume(name_, 0, qcow2_header_head);
    if (!is_qcow2(head)) return;
    if (!base) {
      check_qcow2_header(head);
      return;
    }
    check_qcow2_layer_header(head);
    const auto below = qcow2_backing_name(head).value_or("");
    if (std::filesystem::path(below).filename() == base->str()) return;
    throw Error(ErrorKind::failed, fmt::format("it lies over {}, not over {}",
                                               below.empty() ? "nothing" : cited(below), cited(base->str())));
  }

  void keep() noexcept { complete_ = true; }

 private:
  Hypervisor& hypervisor_;
  VolumeName name_;
  bool complete_ = false;
};

/// Whether the volume holds what its name says.
bool is_whole(Hypervisor& hypervisor, const VolumeName& volume, const std::stop_token& stop) {
  DigestSum sum(DigestAlgorithm::sha256);
  hypervisor.download(volume, [&](std::string_view piece) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
    sum.add(piece);
  });
  return hex(sum.finish()) == digest_in(volume);
}

}  // namespace

VolumeName image_volume_name(std::string_view sha256_hex, std::string_view suffix) {
  return VolumeName::parse(fmt::format("{}{}.{}", prefix, sha256_hex, suffix));
}

bool is_image_volume(const VolumeName& volume) {
  const std::string_view name = volume.str();
  return name.starts_with(prefix) && name.size() > prefix.size() + digest_digits + 1 &&
         is_hex(digest_in(volume), digest_digits) && name[prefix.size() + digest_digits] == '.';
}

void VerifiedImage::let_everybody_read() {
  disk.access = NewVolume::Access::everybody_reads;
  if (kernel) kernel->kernel.access = kernel->initrd.access = NewVolume::Access::everybody_reads;
}

void store_image(Hypervisor& hypervisor, const ImageFile& file, bool trusted, const std::stop_token& stop) {
  const bool present = hypervisor.find_volume(file.volume).has_value();
  // One that nobody vouches for may still be in use, below a VM that is unreadable: only a broken one goes.
  if (present && (trusted || is_whole(hypervisor, file.volume, stop))) return;
  const auto source = LocalFile::open(file.path);
  if (present) hypervisor.delete_volume(file.volume);
  while_doing(fmt::format("storing {}", cited(file.path.string())), [&] {
    NewImageVolume volume(hypervisor, file, source.size());
    if (hex(volume.fill(source, stop)) != digest_in(file.volume)) {
      throw Error(ErrorKind::failed, "the file changed after it was verified",
                  "Run the command again when nothing writes to the file.");
    }
    volume.require_base(file.base);
    volume.keep();
  });
}

}  // namespace nocloud
