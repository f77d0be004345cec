#pragma once

#include <string>
#include <string_view>

namespace nocloud {

/// The public key ("TYPE BASE64") of a private key in OpenSSH's own format. Throws Error{invalid_input} if it
/// is in another format, is broken, or needs a passphrase; `name` tells which one in the message.
std::string public_key_of(std::string_view private_key, std::string_view name);

}  // namespace nocloud
