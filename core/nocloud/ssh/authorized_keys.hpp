#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// The lines of an authorized_keys or .pub file that are a public key, with its options and comment. Left
/// out: comments, certificates, DSA keys, lines with control characters, and all else.
std::vector<std::string> public_key_lines(std::string_view file);

/// The keys of `home`/.ssh/*.pub and `home`/.ssh/authorized_keys, each key once (as its .pub file has it, if
/// there is one), sorted. Files that can't be read, or are no reasonable size, are left out.
std::vector<std::string> authorized_keys(const std::filesystem::path& home);

}  // namespace nocloud
