#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/image/store/image_store.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/model/package.hpp"
#include "nocloud/model/quantity.hpp"
#include "nocloud/model/vm.hpp"

namespace nocloud {

/// An image with what VMs made from it need to know.
struct BuiltImage {
  VerifiedImage image;
  /// Whom the guest lets log in.
  UserName user;
  GuestInit init = GuestInit::cloud_init;
};

/// What a build may be told beyond its recipe.
struct BuildChoices {
  /// Installed beside the recipe's own.
  std::vector<PackageName> packages = {};
  /// Of the image's disk; the recipe's own choice without it.
  std::optional<DiskSize> size = std::nullopt;
  /// A file that is run as root in the finished system.
  std::optional<std::filesystem::path> script = std::nullopt;
};

/// Runs `data`/recipes/NAME/build OUT_DIR [--package NAME,…] [--size GB] [--script FILE], whose progress goes
/// to our standard error, and verifies what it leaves there: disk.qcow2, template.json ({"user": …, "init":
/// …}) and, for direct boot, vmlinuz, initrd and cmdline. Throws Error{not_found} if there is no such recipe,
/// Error{failed} if it does not keep to that; Error{not_found} or {invalid_input} for a script that is no
/// readable file, before it runs anything.
BuiltImage build_image(std::string_view recipe, const std::filesystem::path& data,
                       const BuildChoices& choices = {}, const std::stop_token& stop = {});

}  // namespace nocloud
