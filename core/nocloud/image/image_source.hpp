#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/image/image_store.hpp"
#include "nocloud/model/name.hpp"
#include "nocloud/model/vm.hpp"

namespace nocloud {

/// An image with what VMs made from it need to know.
struct BuiltImage {
  VerifiedImage image;
  /// Whom the guest lets log in.
  UserName user;
  GuestInit init = GuestInit::cloud_init;
};

/// The names of what can be built, sorted: every folder below `data`/recipes with a program `build`.
std::vector<std::string> recipes(const std::filesystem::path& data);

/// Runs `data`/recipes/NAME/build OUT_DIR, whose progress goes to our standard error, and verifies what it
/// leaves there: disk.qcow2, template.json ({"user": …, "init": …}) and, for direct boot, vmlinuz, initrd and
/// cmdline. Throws Error{not_found} if there is no such recipe, Error{failed} if it does not keep to that.
BuiltImage build_image(std::string_view recipe, const std::filesystem::path& data,
                       const std::stop_token& stop = {});

}  // namespace nocloud
