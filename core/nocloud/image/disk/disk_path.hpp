#pragma once

#include <filesystem>
#include <string>

namespace nocloud {

/// The file that QEMU means by the name of a disk, or of a layer below it: a path, "file:PATH" or "json:{…}".
/// A relative one is in `folder`. Throws Error{failed} if it is not a file of this machine.
std::filesystem::path path_of_disk(const std::string& name, const std::filesystem::path& folder);

}  // namespace nocloud
