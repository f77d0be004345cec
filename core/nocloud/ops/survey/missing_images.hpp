#pragma once

#include <map>
#include <optional>
#include <vector>

#include "nocloud/base/error.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// Finds what templates need and is gone: files that somebody removed by hand, or with the whole pool. Asks
/// the host for each volume once.
class MissingImages {
 public:
  explicit MissingImages(Hypervisor& hypervisor) : hypervisor_(hypervisor) {}

  /// Of the template's image, all that lies below it, its kernel and its initrd; sorted. Empty if all is
  /// there.
  std::vector<VolumeName> of(const Template& source);
  /// The same of what a VM takes from its template.
  std::vector<VolumeName> of(const Vm& vm);

 private:
  struct Found {
    bool there = false;
    std::optional<VolumeName> base = std::nullopt;
  };

  std::vector<VolumeName> of(const std::optional<VolumeName>& base, const std::optional<DirectBoot>& boot);
  std::vector<VolumeName> look(const std::optional<VolumeName>& base, const std::optional<DirectBoot>& boot);
  const Found& find(const VolumeName& volume);

  Hypervisor& hypervisor_;
  std::map<VolumeName, Found> found_;
  bool refreshed_ = false;
};

/// What is wrong with a template of which these volumes are gone, and what makes it whole again.
Error broken_template(const Template& source, const std::vector<VolumeName>& missing);

/// Throws that Error{not_found} if anything of the template is gone.
void require_whole(Hypervisor& hypervisor, const Template& source);

/// Why a VM's first disk can't be read any more, and what to do; nothing if all is there that it consists of.
std::optional<Error> lost_disk(Hypervisor& hypervisor, const Vm& vm);
/// Why a VM can't start any more, and what to do; nothing if all its files are there.
std::optional<Error> lost_files(Hypervisor& hypervisor, const Vm& vm);

}  // namespace nocloud
