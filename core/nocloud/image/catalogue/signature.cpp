#include "nocloud/image/catalogue/signature.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/file/file.hpp"
#include "nocloud/base/process/process.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/image/scratch.hpp"

namespace nocloud {
namespace {

constexpr std::chrono::minutes longest_check{60};  // of an image on a slow disk
constexpr std::size_t largest_text = std::size_t{1} << 24U;
constexpr std::string_view status_mark = "[GNUPG:] ";
constexpr std::string_view begin_of_keys = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view end_of_keys = "-----END PGP PUBLIC KEY BLOCK-----";

/// gpgv reads no armour (RFC 4880, section 6.2): lines of headers, an empty one, base64, and a checksum of
/// its own, which what follows does not need.
std::string without_armour(std::string_view keyring) {
  std::string bytes;
  for (auto at = keyring.find(begin_of_keys); at != std::string_view::npos;
       at = keyring.find(begin_of_keys, at + 1)) {
    const auto end = keyring.find(end_of_keys, at);
    if (end == std::string_view::npos) throw Error(ErrorKind::invalid_input, "the keys are cut short");
    std::string digits;
    bool in_body = false;
    for (const auto raw : split(keyring.substr(at, end - at), '\n')) {
      const auto line = trimmed(raw);
      if (in_body && !line.starts_with('=')) digits += line;
      in_body = in_body || line.empty();
    }
    const auto block = from_base64(digits);
    if (!block) throw Error(ErrorKind::invalid_input, "the keys are not base64");
    bytes += *block;
  }
  return bytes.empty() ? std::string(keyring) : bytes;
}

/// What gpgv says of a check (doc/DETAILS of GnuPG).
class Verdict {
 public:
  explicit Verdict(std::string_view status) {
    for (auto line : split(status, '\n')) {
      if (!line.starts_with(status_mark)) continue;
      line.remove_prefix(status_mark.size());
      hear(split(line, ' '));
    }
  }

  /// That no signature was bad, and none by a key that has expired or was revoked, which gpgv lets pass.
  bool is_good() const { return good_ && !bad_; }
  bool is_by(const std::vector<Fingerprint>& signers) const {
    return signers.empty() || std::ranges::any_of(signers, [&](const Fingerprint& signer) {
             return std::ranges::find(keys_, signer.str()) != keys_.end();
           });
  }
  std::string signer() const { return keys_.empty() ? "nobody" : keys_.back(); }

 private:
  void hear(const std::vector<std::string_view>& words) {
    const auto& word = words.front();
    if (word == "GOODSIG") good_ = true;
    for (const auto* bad : {"BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA"}) {
      if (word == bad) bad_ = true;
    }
    // Of the key that signed and, last, of the primary key that it belongs to.
    if (word != "VALIDSIG" || words.size() < 2) return;
    keys_.emplace_back(words[1]);
    if (words.size() > 10) keys_.emplace_back(words[10]);
  }

  bool good_ = false;
  bool bad_ = false;
  std::vector<std::string> keys_;
};

std::string checker() {
  const auto program = find_program("gpgv");
  if (!program) {
    throw Error(ErrorKind::not_found, "there is no gpgv on this machine, which checks signatures",
                "Install it: apt-get install gpgv.");
  }
  return *program;
}

/// Throws unless gpgv finds what these words name to be signed by one of the signers.
void check(const TemporaryFolder& folder, const Arguments& words, std::string_view keyring,
           const std::vector<Fingerprint>& signers, const std::stop_token& stop) {
  const auto keys = (folder.path() / "keys.gpg").string();
  write_file(keys, without_armour(keyring), 0600);
  Arguments command{checker(), "--homedir", folder.path().string(), "--status-fd", "1", "--keyring", keys};
  command.insert(command.end(), words.begin(), words.end());
  const auto result = run_process(command, {.limit = longest_check, .stop = stop});
  const Verdict verdict(result.output);
  if (result.exit_code != 0 || !verdict.is_good()) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("it has no good signature: {}", printable(last_lines(trimmed(result.errors), 3))),
                "It was changed on its way, or its publisher has another key.");
  }
  if (!verdict.is_by(signers)) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("it is signed by {}, who is not its publisher", verdict.signer()));
  }
}

}  // namespace

Fingerprint Fingerprint::parse(std::string_view text) {
  std::string digits;
  for (const char digit : text) {
    if (digit != ' ') digits += static_cast<char>(std::toupper(static_cast<unsigned char>(digit)));
  }
  if (digits.size() == 40 && digits.find_first_not_of("0123456789ABCDEF") == std::string::npos) {
    return Fingerprint(digits);
  }
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no fingerprint of a key", cited(text)),
              "It is 40 hexadecimal digits.");
}

std::string verified_text(const SignedText& signed_text, std::string_view keyring,
                          const std::vector<Fingerprint>& signers, const std::stop_token& stop) {
  const auto scratch = scratch_folder();
  const auto& folder = *scratch;
  const auto file = [&](std::string_view name) { return (folder.path() / name).string(); };
  write_file(file("text"), signed_text.text, 0600);
  if (signed_text.signature) {
    write_file(file("signature"), *signed_text.signature, 0600);
    check(folder, {file("signature"), file("text")}, keyring, signers, stop);
    return signed_text.text;
  }
  check(folder, {"--output", file("verified"), file("text")}, keyring, signers, stop);
  return read_file(file("verified"), largest_text);
}

void require_signature(const std::filesystem::path& file, const FileSignature& signature,
                       const std::stop_token& stop) {
  const auto scratch = scratch_folder();
  const auto& folder = *scratch;
  const auto beside = (folder.path() / "signature").string();
  write_file(beside, signature.signature, 0600);
  check(folder, {beside, std::filesystem::absolute(file).string()}, signature.keyring, signature.signers,
        stop);
}

}  // namespace nocloud
