#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nocloud {

/// An SSH public key: "ssh-ed25519 AAAA… comment".
struct PublicKey {
  std::string type;
  /// The key in the form that goes over the wire; it begins with its type.
  std::string blob;
  std::string comment = {};
};

/// Reads the one-line form; nothing unless the base64 is whole and holds a key of the type that
/// stands before it.
std::optional<PublicKey> parse_public_key(std::string_view line);

/// "SHA256:…", as ssh-keygen -l shows it.
std::string fingerprint(std::string_view blob);

/// The SSH wire form of a string (RFC 4251, section 5): its length in four bytes, then the string.
std::string wire_string(std::string_view bytes);

/// Takes a wire-form string off the front of `bytes`; nothing if it is cut short.
std::optional<std::string_view> take_wire_string(std::string_view& bytes);

}  // namespace nocloud
