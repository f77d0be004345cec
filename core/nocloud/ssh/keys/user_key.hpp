#pragma once

#include <filesystem>
#include <string>

namespace nocloud {

/// The key pair with which nocloud logs in, at `path` (mode 0600) and `path`.pub (0644); made on first use,
/// and processes that make it at once agree on one. Takes from others what right they have to a private key.
/// Gives the public key's line. Throws Error{invalid_input} if there is a file that can't serve.
std::string load_or_make_user_key(const std::filesystem::path& path);

}  // namespace nocloud
