#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace nocloud {

/// That of an OpenPGP key: 40 digits, upper case.
class Fingerprint {
 public:
  /// Blanks may group the digits, as publishers show it. Throws Error{invalid_input}.
  static Fingerprint parse(std::string_view text);

  const std::string& str() const { return digits_; }
  bool operator==(const Fingerprint&) const = default;

 private:
  explicit Fingerprint(std::string digits) : digits_(std::move(digits)) {}
  std::string digits_;
};

struct SignedText {
  std::string text;
  /// A signature that comes beside it; nothing where it is within the text.
  std::optional<std::string> signature;
};

/// The part of the text that is signed by a key of the keyring (bytes, or ASCII armour), one of `signers` if
/// there are any: only that may be believed. gpgv decides. Throws Error{invalid_input} if there is no good
/// signature; Error{not_found} if there is no gpgv.
std::string verified_text(const SignedText& signed_text, std::string_view keyring,
                          const std::vector<Fingerprint>& signers, const std::stop_token& stop = {});

/// Who has to have signed a file, and how they did.
struct FileSignature {
  std::string signature;
  /// As that of verified_text.
  std::string keyring;
  std::vector<Fingerprint> signers;
};

/// Throws as verified_text does unless the file, of any size, is signed so.
void require_signature(const std::filesystem::path& file, const FileSignature& signature,
                       const std::stop_token& stop = {});

}  // namespace nocloud
