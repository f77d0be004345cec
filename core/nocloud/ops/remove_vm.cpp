#include "nocloud/ops/remove_vm.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "nocloud/image/disk_chain.hpp"
#include "nocloud/image/image_store.hpp"
#include "nocloud/ops/image_use.hpp"
#include "nocloud/ops/known_file.hpp"
#include "nocloud/ops/missing_images.hpp"

namespace nocloud {
namespace {

/// The image volumes of which nobody is known yet to use them.
class Unclaimed {
 public:
  explicit Unclaimed(const std::vector<VolumeName>& volumes) {
    std::ranges::copy_if(volumes, std::inserter(images_, images_.end()), is_image_volume);
  }

  const std::set<VolumeName>& images() const { return images_; }
  bool empty() const { return images_.empty(); }
  bool has(const VolumeName& volume) const { return images_.contains(volume); }
  void claim(const VolumeName& volume) { images_.erase(volume); }
  void claim(const VolumeName& base, const std::optional<DirectBoot>& boot) {
    claim(base);
    if (!boot) return;
    claim(boot->kernel);
    claim(boot->initrd);
  }
  /// Claims those whose name is in the path.
  void claim_named_in(std::string_view path) {
    std::erase_if(images_,
                  [&](const auto& image) { return path.find(image.str()) != std::string_view::npos; });
  }

 private:
  std::set<VolumeName> images_;
};

/// Claims what lies below any volume that is not unclaimed itself, until nothing is left to ask for.
void claim_bases(Hypervisor& hypervisor, Unclaimed& unclaimed) {
  auto volumes = hypervisor.volume_names();
  // Disks first: where they account for all images, the others need not be looked at.
  std::stable_partition(volumes.begin(), volumes.end(),
                        [](const auto& volume) { return volume.str().ends_with(".qcow2"); });
  for (const auto& volume : volumes) {
    if (unclaimed.empty()) return;
    if (unclaimed.has(volume)) continue;
    // What is claimed here has been skipped above, or never comes there: its own base is claimed with it.
    for (auto base = hypervisor.base_of(volume); base && unclaimed.has(*base);) {
      unclaimed.claim(*base);
      base = hypervisor.base_of(*base);
    }
  }
}

/// Claims what lies below disks in no storage pool. Tells those that cannot be read.
std::vector<Error> claim_below_loose_disks(Hypervisor& hypervisor, const VolumeUse& use,
                                           Unclaimed& unclaimed) {
  constexpr auto remedy =
      "Make its folder a storage pool, which libvirt can read: virsh pool-create-as NAME dir --target FOLDER";
  const bool local = hypervisor.place().local;
  std::vector<Error> unread;
  for (const auto& disk : use.loose) {
    if (!local) {
      unread.emplace_back(ErrorKind::failed,
                          fmt::format("{} is in no storage pool of that host", disk.description), remedy);
      continue;
    }
    try {
      for (const auto& file : disk_chain(disk.path, use.listed)) unclaimed.claim_named_in(file);
    } catch (const Error& error) {
      unread.emplace_back(ErrorKind::failed, fmt::format("{}: {}", disk.description, error.message()),
                          remedy);
    }
  }
  return unread;
}

/// Claims what VMs, other domains and disks in other places use. Tells what may use images, too, and cannot
/// be read; nothing if no image is left in question.
std::vector<Error> claim_used(Hypervisor& hypervisor, Unclaimed& unclaimed) {
  const auto use = hypervisor.use_of(unclaimed.images());
  for (const auto& volume : use.used) unclaimed.claim(volume);
  claim_bases(hypervisor, unclaimed);
  if (unclaimed.empty()) return {};
  auto unread = claim_below_loose_disks(hypervisor, use, unclaimed);
  claim_bases(hypervisor, unclaimed);
  if (unclaimed.empty()) return {};
  for (const auto& domain : hypervisor.unreadable({})) unread.push_back(domain.error);
  unread.insert(unread.end(), use.unread.begin(), use.unread.end());
  return unread;
}

std::set<VolumeName> used_of(Hypervisor& hypervisor, const std::set<VolumeName>& volumes) {
  return volumes.empty() ? volumes : hypervisor.use_of(volumes).used;
}

/// The templates and VMs that have lost an image which may have been a layer: what it lay over cannot be
/// known. A download lies over nothing.
std::vector<Error> broken_layers(Hypervisor& hypervisor) {
  std::vector<Error> broken;
  for (const auto& source : hypervisor.templates()) {
    if (source.complete && !source.origin && !hypervisor.find_volume(source.base))
      broken.push_back(broken_template(source, {source.base}));
  }
  for (const auto& vm : hypervisor.vms()) {
    if (!vm.complete || !vm.base || hypervisor.find_volume(*vm.base)) continue;
    if (auto lost = lost_disk(hypervisor, vm)) broken.push_back(*std::move(lost));
  }
  return broken;
}

/// True if none may be deleted, since an image that is gone may have lain over them; says so.
bool kept_for_broken(const Context& context) {
  const auto broken = broken_layers(context.hypervisor);
  for (const auto& error : broken) {
    context.reporter.warn(fmt::format("unused images were kept: {}", error.message()), error.hint());
  }
  return !broken.empty();
}

}  // namespace

/// What is merely named like its volumes goes only if this domain alone used it, as a snapshot that virsh
/// made of a disk: other files are their owner's.
void remove_vm_parts(const Context& context, const VmDefinition& definition) {
  auto& hypervisor = context.hypervisor;
  hypervisor.force_off_vm(definition.name);
  for (const auto& nic : definition.nics) {
    if (nic.network.kind != NetworkKind::nat) continue;
    const auto network = NetworkName::parse(nic.network.name);
    if (!hypervisor.find_network(network)) continue;
    hypervisor.withdraw_name(network, definition.name);
    hypervisor.release_address(network, definition.name);
  }
  std::set<VolumeName> named_alike;
  for (const auto& volume : hypervisor.volume_names()) {
    if (belongs_to(definition.name, volume.str())) {
      hypervisor.delete_volume(volume);
    } else if (volume.str().starts_with(definition.name.str() + '.')) {
      named_alike.insert(volume);
    }
  }
  const auto in_use = used_of(hypervisor, named_alike);
  hypervisor.undefine_vm(definition.name);
  const auto still_in_use = used_of(hypervisor, in_use);
  for (const auto& volume : in_use) {
    if (!still_in_use.contains(volume)) hypervisor.delete_volume(volume);
  }
}

void remove_vm(const Context& context, const VmDefinition& definition) {
  // What nobody could find any more without the domain goes before it.
  const auto uri = context.hypervisor.place().uri;
  context.keyring.forget(definition.name, uri);
  forget_known(context.runtime_folder, uri);
  remove_vm_parts(context, definition);
}

void add_with_bases(Hypervisor& hypervisor, const VolumeName& volume, std::set<VolumeName>& volumes) {
  volumes.insert(volume);
  for (auto below = hypervisor.base_of(volume); below && volumes.insert(*below).second;) {
    below = hypervisor.base_of(*below);
  }
}

std::vector<Volume> remove_unused_images(const Context& context) {
  auto& hypervisor = context.hypervisor;
  const auto held = lock_image_use(context);
  // Volumes first: whoever stores an image has named it in a template before.
  Unclaimed unclaimed(hypervisor.volume_names());
  for (const auto& source : hypervisor.templates()) {
    unclaimed.claim(source.base, source.boot);
    for (const auto& volume : source.incoming) unclaimed.claim(volume);
  }
  if (unclaimed.empty()) return {};  // the usual case needs no look at every volume and domain
  hypervisor.refresh_volumes();      // a layer that has just been stored, too, leads to its base
  claim_bases(hypervisor, unclaimed);
  if (unclaimed.empty()) return {};
  const auto unread = claim_used(hypervisor, unclaimed);
  for (const auto& error : unread) {
    context.reporter.warn(fmt::format("unused images were kept: {}", error.message()), error.hint());
  }
  if (unclaimed.empty() || !unread.empty() || kept_for_broken(context)) return {};
  std::vector<Volume> removed;
  for (const auto& name : unclaimed.images()) {
    const auto volume = hypervisor.find_volume(name);
    if (volume && hypervisor.delete_volume(name)) removed.push_back(*volume);
  }
  return removed;
}

}  // namespace nocloud
