#pragma once

#include <filesystem>

#include "nocloud/image/catalogue/catalogue.hpp"
#include "nocloud/program/caller.hpp"

namespace nocloud {

/// Where published images are listed, as read_catalogues takes them: recipes/images.json of nocloud's own
/// data, /etc/nocloud.images.json, $XDG_CONFIG_HOME/nocloud/images.json.
CataloguePlaces catalogue_places(const std::filesystem::path& data, const Caller& caller);

}  // namespace nocloud
