#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nocloud/app/tool.hpp"

namespace nocloud {

/// Where settings are looked for beside the command line.
struct ConfigPlaces {
  /// The first of these files that is there is read.
  std::vector<std::filesystem::path> files;
};

/// ./.nocloud.conf, $XDG_CONFIG_HOME/nocloud/nocloud.conf, /etc/nocloud.conf.
ConfigPlaces config_places(const std::filesystem::path& home);

/// Where published images are listed, as read_catalogues takes them: recipes/images.json of nocloud's own
/// data, /etc/nocloud.images.json, $XDG_CONFIG_HOME/nocloud/images.json.
std::vector<std::filesystem::path> catalogue_places(const std::filesystem::path& data,
                                                    const std::filesystem::path& home);

/// Reads the command line, then the environment, then the config file; the first to name an option decides.
/// Throws Error{usage} for the command line, Error{invalid_input} for a config file that is broken or
/// somebody else's.
Invocation read_invocation(const ToolSpec& tool, const std::vector<std::string>& arguments,
                           const ConfigPlaces& places);

/// The same for a program that other programs call: its command line is empty, and `uri`, where given, goes
/// before every setting.
Invocation read_settings(const ToolSpec& tool, const std::optional<std::string>& uri);

}  // namespace nocloud
