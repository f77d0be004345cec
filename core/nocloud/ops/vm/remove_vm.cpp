#include "nocloud/ops/vm/remove_vm.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "nocloud/base/file/known_file.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/disk/disk_chain.hpp"
#include "nocloud/image/store/image_store.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/ops/vm/image_use.hpp"

namespace nocloud {
namespace {

/// The volumes of which nobody is known yet to use them.
class Unclaimed {
 public:
  explicit Unclaimed(std::set<VolumeName> volumes) : images_(std::move(volumes)) {}

  static Unclaimed images_among(const std::vector<VolumeName>& volumes) {
    std::set<VolumeName> images;
    std::ranges::copy_if(volumes, std::inserter(images, images.end()), is_image_volume);
    return Unclaimed(std::move(images));
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
  /// Claims the one that the path names.
  void claim_named_in(const std::filesystem::path& path) {
    std::erase_if(images_, [&](const auto& image) { return path.filename() == image.str(); });
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
    if (disk.kind == LooseDisk::Kind::perhaps && is_no_disk(disk.path)) continue;
    try {
      for (const auto& file : disk_chain(disk.path, use.listed)) unclaimed.claim_named_in(file);
    } catch (const Error& error) {
      unread.emplace_back(ErrorKind::failed, fmt::format("{}: {}", disk.description, error.message()),
                          remedy);
    }
  }
  return unread;
}

/// Claims what domains, but for these, and disks in other places use. Tells which disks cannot be read.
std::vector<Error> claim_used(Hypervisor& hypervisor, Unclaimed& unclaimed, const std::set<VmName>& except) {
  const auto use = hypervisor.use_of(unclaimed.images(), except);
  for (const auto& volume : use.used) unclaimed.claim(volume);
  claim_bases(hypervisor, unclaimed);
  if (unclaimed.empty()) return {};
  auto unread = claim_below_loose_disks(hypervisor, use, unclaimed);
  claim_bases(hypervisor, unclaimed);
  unread.insert(unread.end(), use.unread.begin(), use.unread.end());
  return unread;
}

/// Claims what anybody uses. Tells what may use images, too, and cannot be read; nothing if no image is left
/// in question.
std::vector<Error> claim_used_images(Hypervisor& hypervisor, Unclaimed& unclaimed) {
  const auto stale =
      hypervisor.refresh_other_pools();  // what a file lies over may have changed past the host
  auto unread = claim_used(hypervisor, unclaimed, {});
  if (unclaimed.empty()) return {};
  unread.insert(unread.end(), stale.begin(), stale.end());
  for (const auto& domain : hypervisor.unreadable({})) unread.push_back(domain.error);
  return unread;
}

/// Claims what has come to be used since: locks hold between the runs of one user only.
void claim_used_meanwhile(Hypervisor& hypervisor, Unclaimed& unclaimed) {
  for (const auto& volume : hypervisor.use_of(unclaimed.images(), {}).used) {
    unclaimed.claim(volume);
    for (auto below = hypervisor.base_of(volume); below && unclaimed.has(*below);) {
      unclaimed.claim(*below);
      below = hypervisor.base_of(*below);
    }
  }
}

/// Each before what it lies over: whoever comes to use one finds it gone, or all of it.
std::vector<VolumeName> top_down(Hypervisor& hypervisor, const std::set<VolumeName>& images) {
  std::vector<VolumeName> order;
  std::set<VolumeName> seen;
  for (auto top = images.rbegin(); top != images.rend(); ++top) {
    std::vector<VolumeName> chain;
    for (std::optional below = *top; below && images.contains(*below) && seen.insert(*below).second;) {
      chain.push_back(*below);
      below = hypervisor.base_of(*below);
    }
    order.insert(order.begin(), chain.begin(), chain.end());
  }
  return order;
}

/// Looks at all domains once more before each deletion.
std::vector<Volume> delete_unclaimed(Hypervisor& hypervisor, Unclaimed& unclaimed) {
  std::vector<Volume> removed;
  for (const auto& name : top_down(hypervisor, unclaimed.images())) {
    const auto volume = hypervisor.find_volume(name);
    claim_used_meanwhile(hypervisor, unclaimed);
    if (!unclaimed.has(name)) continue;
    if (volume && hypervisor.delete_volume(name)) removed.push_back(*volume);
    unclaimed.claim(name);  // it is done with
  }
  return removed;
}

std::set<VolumeName> used_of(Hypervisor& hypervisor, const std::set<VolumeName>& volumes) {
  return volumes.empty() ? volumes : hypervisor.use_of(volumes, {}).used;
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

/// False, with a warning, for a disk that others need or that nobody knows.
bool may_be_deleted(const Context& context, const VmDefinition& definition, const VolumeName& volume,
                    const KeptDisks& kept) {
  if (!is_disk_of(definition.name, volume.str())) return true;
  const auto found = kept.find(volume);
  std::string reason = found == kept.end() ? std::string() : found->second;
  if (reason.empty() && !disks_of(definition).contains(volume) && holds_data(context.hypervisor, volume))
    reason = fmt::format("it holds data, and the record of VM '{}' does not name it", definition.name);
  if (reason.empty()) return true;
  context.reporter.warn(fmt::format("the disk {} was kept: {}", cited(volume.str()), reason),
                        fmt::format("`virsh vol-delete {} --pool nocloud` removes it.", volume));
  return false;
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

KeptDisks disks_that_others_use(Hypervisor& hypervisor, const std::vector<Vm>& vms) {
  std::set<VmName> names;
  for (const auto& vm : vms) names.insert(vm.name);
  std::set<VolumeName> own;
  for (const auto& volume : hypervisor.volume_names()) {
    const auto& text = volume.str();
    const auto name = text.substr(0, text.find('.'));
    if (std::ranges::any_of(names, [&](const VmName& vm) { return vm.str() == name; })) own.insert(volume);
  }
  Unclaimed unclaimed(own);
  claim_used(hypervisor, unclaimed, names);
  KeptDisks kept;
  for (const auto& volume : own) {
    if (!unclaimed.has(volume)) kept.emplace(volume, "another domain or volume uses it");
  }
  return kept;
}

void remove_vm_parts(const Context& context, const VmDefinition& definition, const KeptDisks& kept) {
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
      if (may_be_deleted(context, definition, volume, kept)) hypervisor.delete_volume(volume);
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

void remove_vm(const Context& context, const VmDefinition& definition, const KeptDisks& kept) {
  // What nobody could find any more without the domain goes before it.
  const auto place = context.hypervisor.place();
  context.keyring.forget(definition.name, place.identity());
  forget_known(context.runtime_folder, place.uri);
  remove_vm_parts(context, definition, kept);
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
  auto unclaimed = Unclaimed::images_among(hypervisor.volume_names());
  for (const auto& source : hypervisor.templates()) {
    unclaimed.claim(source.base, source.boot);
    for (const auto& volume : source.incoming) unclaimed.claim(volume);
  }
  if (unclaimed.empty()) return {};  // the usual case needs no look at every volume and domain
  hypervisor.refresh_volumes();      // a layer that has just been stored, too, leads to its base
  claim_bases(hypervisor, unclaimed);
  if (unclaimed.empty()) return {};
  const auto unread = claim_used_images(hypervisor, unclaimed);
  for (const auto& error : unread) {
    context.reporter.warn(fmt::format("unused images were kept: {}", error.message()), error.hint());
  }
  if (unclaimed.empty() || !unread.empty() || kept_for_broken(context)) return {};
  return delete_unclaimed(hypervisor, unclaimed);
}

}  // namespace nocloud
