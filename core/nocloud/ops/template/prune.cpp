#include "nocloud/ops/template/prune.hpp"

#include "nocloud/ops/vm/remove_vm.hpp"

namespace nocloud {
namespace {

/// As long as somebody may well come back to it.
constexpr std::chrono::hours fresh_download{24};

}  // namespace

std::uint64_t Pruned::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& image : images) sum += image.allocation_bytes;
  for (const auto& download : downloads) sum += download.bytes;
  for (const auto& folder : folders) sum += folder.bytes;
  return sum;
}

Pruned prune(const Context& context) {
  // The host does not know of what a daemon that died has left.
  context.hypervisor.refresh_volumes();
  return {.images = remove_unused_images(context),
          .downloads = remove_broken_downloads(context.downloads.folder, fresh_download),
          .folders = remove_abandoned_folders()};
}

}  // namespace nocloud
