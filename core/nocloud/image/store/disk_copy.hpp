#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "nocloud/image/store/image_store.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

struct CopyWatch {
  /// Hears how many bytes are there, of about how many.
  CopyProgress on_progress = [](std::uint64_t, std::uint64_t) {};
  std::stop_token stop = {};
};

/// A copy of a VM's disk on this machine, to make an image of. Nobody may write to the disk meanwhile.
class DiskCopy {
 public:
  /// Copies the volume, which is a layer over `base`, or stands alone. Throws Error{not_found}; Error{failed}
  /// if it is over something else.
  DiskCopy(Hypervisor& hypervisor, const VolumeName& disk, std::optional<VolumeName> base, CopyWatch watch);

  /// As seal_disk does.
  void seal(VirtType virt_type);
  /// Makes it stand alone.
  void flatten();
  /// Checks what came of it. A layer is one over the base still, as that is called on the host.
  VerifiedImage finish() &&;

 private:
  std::filesystem::path fetch(const VolumeName& volume, std::string_view file_name) const;
  /// Copies what lies below, so that the disk can be read here.
  void complete();

  Hypervisor& hypervisor_;
  CopyWatch watch_;
  std::unique_ptr<TemporaryFolder> folder_;
  std::filesystem::path disk_;
  std::optional<VolumeName> base_;
  /// What the disk calls its base on the host.
  std::string base_path_;
  bool complete_ = false;
};

}  // namespace nocloud
