#include "nocloud/ops/survey/missing_images.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/shell_word.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// "sha256-… is", "sha256-… and sha256-… are".
std::string with_verb(const std::vector<VolumeName>& volumes) {
  std::vector<std::string> names;
  names.reserve(volumes.size());
  for (const auto& volume : volumes) names.push_back(volume.str());
  return fmt::format("{} {}", enumerated(names), names.size() == 1 ? "is" : "are");
}

std::string download_again(const Template& source, const ImageOrigin& origin) {
  auto command = fmt::format("vmtemplate --import {}", shell_word(printable(origin.url)));
  command += origin.checksum ? " --checksum " + origin.checksum->str() : std::string(" --insecure");
  return fmt::format("{} --user {} -n {}", command, source.user, source.name);
}

std::string remedy_for(const Template& source) {
  // Of a kernel of this machine it is not recorded which file it was.
  if (source.origin && !source.boot && source.init == GuestInit::cloud_init) {
    return fmt::format("Download it again: `{}`; or, if it is a published one, `vmtemplate NAME -n {}`.",
                       download_again(source, *source.origin), source.name);
  }
  return fmt::format(
      "Make it again as it was made: `vmtemplate NAME`, `--build RECIPE`, `--import FILE` or `--from VM`, "
      "each "
      "with `-n {}`.",
      source.name);
}

std::string remedy_for(Hypervisor& hypervisor, const Vm& vm, const std::vector<VolumeName>& missing) {
  const auto removal = fmt::format("`vmstop -d {}` removes the VM.", vm.name);
  const auto source = hypervisor.find_template(vm.template_name);
  if (source && std::ranges::includes(MissingImages(hypervisor).of(*source), missing)) {
    return fmt::format("Template {}: {} {}", source->name, remedy_for(*source), removal);
  }
  return fmt::format(
      "Import the file again that it was made from, under any name: `vmtemplate --import FILE -n NAME`. {}",
      removal);
}

std::optional<Error> lost_own(Hypervisor& hypervisor, const Vm& vm, std::vector<VolumeName> own) {
  std::erase_if(own, [&](const VolumeName& volume) { return hypervisor.find_volume(volume).has_value(); });
  if (own.empty()) return std::nullopt;
  return Error(ErrorKind::failed,
               fmt::format("VM {} is broken: its own {} gone from the storage pool", cited(vm.name.str()),
                           with_verb(own)),
               fmt::format("Put the files back, or remove the VM: `vmstop -d {}`.", vm.name));
}

}  // namespace

std::vector<VolumeName> MissingImages::of(const Template& source) {
  return of(source.base, source.boot);
}

std::vector<VolumeName> MissingImages::of(const Vm& vm) {
  return of(vm.base, vm.boot);
}

std::vector<VolumeName> MissingImages::of(const std::optional<VolumeName>& base,
                                          const std::optional<DirectBoot>& boot) {
  auto missing = look(base, boot);
  if (missing.empty() || refreshed_) return missing;
  // The host does not know of a file that was put back.
  hypervisor_.refresh_volumes();
  refreshed_ = true;
  found_.clear();
  return look(base, boot);
}

std::vector<VolumeName> MissingImages::look(const std::optional<VolumeName>& base,
                                            const std::optional<DirectBoot>& boot) {
  std::set<VolumeName> needed;
  for (auto below = base; below && needed.insert(*below).second;) below = find(*below).base;
  if (boot) needed.insert({boot->kernel, boot->initrd});
  std::vector<VolumeName> missing;
  for (const auto& volume : needed) {
    if (!find(volume).there) missing.push_back(volume);
  }
  return missing;
}

const MissingImages::Found& MissingImages::find(const VolumeName& volume) {
  const auto known = found_.find(volume);
  if (known != found_.end()) return known->second;
  Found found{.there = hypervisor_.find_volume(volume).has_value()};
  if (found.there) found.base = hypervisor_.base_of(volume);
  return found_.emplace(volume, std::move(found)).first->second;
}

Error broken_template(const Template& source, const std::vector<VolumeName>& missing) {
  return {ErrorKind::not_found,
          fmt::format("template {} is broken: {} gone from the storage pool", cited(source.name.str()),
                      with_verb(missing)),
          remedy_for(source)};
}

void require_whole(Hypervisor& hypervisor, const Template& source) {
  const auto missing = MissingImages(hypervisor).of(source);
  if (!missing.empty()) throw broken_template(source, missing);
}

std::optional<Error> lost_disk(Hypervisor& hypervisor, const Vm& vm) {
  const auto missing = MissingImages(hypervisor).of(vm);
  if (missing.empty()) return lost_own(hypervisor, vm, {overlay_of(vm.name)});
  return Error(ErrorKind::failed,
               fmt::format("VM {} is broken: its template's {} gone from the storage pool",
                           cited(vm.name.str()), with_verb(missing)),
               remedy_for(hypervisor, vm, missing));
}

std::optional<Error> lost_files(Hypervisor& hypervisor, const Vm& vm) {
  if (auto lost = lost_disk(hypervisor, vm)) return lost;
  std::vector<VolumeName> own;
  for (std::size_t i = 1; i <= vm.disks.size(); ++i) own.push_back(disk_of(vm.name, i));
  if (vm.init != GuestInit::none) own.push_back(seed_of(vm.name));
  return lost_own(hypervisor, vm, std::move(own));
}

}  // namespace nocloud
