#pragma once

#include <filesystem>

namespace nocloud {

/// Whether nobody but the folder's owner and root can change what is in it, or put another folder in its
/// place: the folder and those above it are root's or that owner's, and writable by no others unless they are
/// sticky. False as well if there is no such folder, or if it is a link.
bool is_private_folder(const std::filesystem::path& folder) noexcept;

}  // namespace nocloud
