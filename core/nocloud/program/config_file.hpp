#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "nocloud/base/file/file_rights.hpp"

namespace nocloud {

/// A file of settings, and whose word it is.
struct ConfigFile {
  enum class Source {
    /// May have come with anybody's repository: it sets only what runs no program and reaches no other
    /// machine.
    current_folder,
    /// The user's own, or the administrator's.
    trusted,
  };
  std::filesystem::path path;
  Source source = Source::trusted;
  /// With whose rights it is read, where root runs for a user by sudo; that user's files count as well.
  std::optional<FileUser> user = {};
};

/// The settings by name, or nothing if there is no such file. Throws Error{invalid_input} if somebody other
/// than the caller and root could have written it, if it is a link, no regular file or broken, or if it sets
/// what its source may not. No setting of any file may run a program or name a key file.
std::optional<std::map<std::string, std::string>> read_config_file(const ConfigFile& file);

}  // namespace nocloud
