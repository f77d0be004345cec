#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nocloud/program/caller.hpp"
#include "nocloud/program/config_file.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud {

/// Where settings are looked for beside the command line, in this order.
using ConfigFiles = std::vector<ConfigFile>;

/// The folder of a user's own settings: $XDG_CONFIG_HOME/nocloud, else .config/nocloud in this home.
std::filesystem::path settings_folder(const std::filesystem::path& home);

/// $XDG_CONFIG_HOME/nocloud/nocloud.conf and /etc/nocloud.conf; where the tool says so, ./.nocloud.conf
/// before them.
ConfigFiles config_files(const ToolSpec& tool, const Caller& caller);

/// Reads the command line, then the environment, then the config files; the first to name an option decides.
/// Throws Error{usage} for the command line, Error{invalid_input} for a config file, as read_config_file
/// does.
Invocation read_invocation(const ToolSpec& tool, const std::vector<std::string>& arguments,
                           const ConfigFiles& files);

/// The same for a program that other programs call: its command line is empty, and what is given goes
/// before every setting. `timeout` is in seconds.
Invocation read_settings(const ToolSpec& tool, const std::optional<std::string>& uri,
                         const std::optional<std::string>& timeout = std::nullopt);

}  // namespace nocloud
