#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// A line that is no key to log in with.
struct LeftOutLine {
  /// Counted from 1.
  std::size_t number = 0;
  std::string reason;
};

struct PublicKeyLines {
  /// With options and comment, as UTF-8, with blanks for tabs and "?" for what no text should hold.
  std::vector<std::string> keys;
  /// Empty lines and comments are not among them.
  std::vector<LeftOutLine> left_out;
};

/// The public keys of an authorized_keys or .pub file. Left out: certificates, DSA keys, options with control
/// characters, and all else. Line ends may be those of any system.
PublicKeyLines public_key_lines(std::string_view file);

struct AuthorizedKeys {
  /// Each key once (as its .pub file has it, if there is one), sorted.
  std::vector<std::string> lines;
  /// What was left out of which file and why, a sentence each: for a warning.
  std::vector<std::string> left_out;
};

/// The keys of `home`/.ssh/*.pub and `home`/.ssh/authorized_keys. Certificates (*-cert.pub) and what is no
/// file are passed over.
AuthorizedKeys authorized_keys(const std::filesystem::path& home);

}  // namespace nocloud
