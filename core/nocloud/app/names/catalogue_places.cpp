#include "nocloud/app/names/catalogue_places.hpp"

#include "nocloud/program/config.hpp"

namespace nocloud {

CataloguePlaces catalogue_places(const std::filesystem::path& data, const Caller& caller) {
  return {.own = data / "recipes/images.json",
          .others = {"/etc/nocloud.images.json", settings_folder(caller.home) / "images.json"},
          .user = caller.files};
}

}  // namespace nocloud
