#include "nocloud/ops/vm/image_use.hpp"

#include <optional>
#include <set>
#include <string_view>

#include "nocloud/model/template.hpp"
#include "nocloud/ops/vm/remove_vm.hpp"

namespace nocloud {
namespace {

constexpr std::string_view image_use = "use=images";

/// Whether a complete template or VM vouches for the content of an image volume.
class Vouchers {
 public:
  explicit Vouchers(Hypervisor& hypervisor) {
    hypervisor.refresh_volumes();  // a layer that has just been stored, too, leads to its base
    for (const auto& source : hypervisor.templates()) {
      if (source.complete) trust(hypervisor, source.base, source.boot);
    }
    for (const auto& vm : hypervisor.vms()) {
      if (vm.complete) trust(hypervisor, vm.base, vm.boot);
    }
  }
  bool vouch_for(const VolumeName& volume) const { return volumes_.contains(volume); }

 private:
  void trust(Hypervisor& hypervisor, const std::optional<VolumeName>& base,
             const std::optional<DirectBoot>& boot) {
    if (base && !volumes_.contains(*base)) add_with_bases(hypervisor, *base, volumes_);
    if (boot) volumes_.insert({boot->kernel, boot->initrd});
  }

  std::set<VolumeName> volumes_;
};

}  // namespace

FileLock lock_image_use(const Context& context) {
  return context.locks.acquire(image_use, context.stop);
}

FileLock share_image_use(const Context& context) {
  return context.locks.acquire_shared(image_use, context.stop);
}

std::vector<FileLock> store_images(const Context& context, const std::vector<ImageFile>& files) {
  std::vector<FileLock> held;
  held.reserve(files.size());
  for (const auto& file : files) {
    held.push_back(context.locks.acquire(file.volume.str(), context.stop, {}, template_work));
  }
  const Vouchers vouchers(context.hypervisor);
  for (const auto& file : files) {
    store_image(context.hypervisor, file, vouchers.vouch_for(file.volume), context.stop);
  }
  return held;
}

}  // namespace nocloud
