#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// The public host key that an image answers with, as a user gives it: "ssh-ed25519 AAAA…", on one line,
/// perhaps with a comment. Throws Error{invalid_input} for anything that no host can be verified by.
std::string image_host_key_from(std::string_view text);

}  // namespace nocloud
