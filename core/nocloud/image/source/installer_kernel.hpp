#pragma once

#include <filesystem>

namespace nocloud {

/// Takes the kernel and the initrd out of an installer's ISO image, as files `vmlinuz` and `initrd` of a
/// folder that has neither yet: Debian's, Ubuntu's, and Fedora's and its kin's. Throws Error{invalid_input}
/// if it has none.
void extract_installer_kernel(const std::filesystem::path& iso, const std::filesystem::path& folder);

}  // namespace nocloud
