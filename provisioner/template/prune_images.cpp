#include "provisioner/template/prune_images.hpp"

#include <fmt/format.h>

#include "nocloud/app/system.hpp"
#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/template/prune.hpp"

namespace nocloud {
namespace {

void print_pruned_json(const Pruned& pruned) {
  auto images = nlohmann::json::array();
  auto downloads = nlohmann::json::array();
  auto folders = nlohmann::json::array();
  for (const auto& image : pruned.images) {
    images.push_back({{"name", image.name.str()}, {"bytes", image.allocation_bytes}});
  }
  for (const auto& download : pruned.downloads) {
    downloads.push_back({{"file", download.file.string()}, {"bytes", download.bytes}});
  }
  for (const auto& folder : pruned.folders) {
    folders.push_back({{"folder", folder.folder.string()}, {"bytes", folder.bytes}});
  }
  print_json({{"images", std::move(images)},
              {"downloads", std::move(downloads)},
              {"folders", std::move(folders)},
              {"bytes", pruned.bytes()}});
}

}  // namespace

int prune_images(const Call& call) {
  const System system(call.invocation, call.reporter, call.stop);
  const auto pruned = prune(system.context());
  if (call.wants_json()) return print_pruned_json(pruned), 0;
  for (const auto& image : pruned.images) {
    fmt::print("image {}  {}\n", image.name, counted(image.allocation_bytes, "byte"));
  }
  for (const auto& download : pruned.downloads) {
    fmt::print("download {}  {}\n", printable(download.file.string()), counted(download.bytes, "byte"));
  }
  for (const auto& folder : pruned.folders) {
    fmt::print("folder {}  {}\n", printable(folder.folder.string()), counted(folder.bytes, "byte"));
  }
  fmt::print("freed {}\n", counted(pruned.bytes(), "byte"));
  return 0;
}

}  // namespace nocloud
