#include "nocloud/ssh/keys/host_key.hpp"

#include <cstddef>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

namespace nocloud {
namespace {

constexpr std::string_view key_type = "ssh-ed25519";

Sha256 ed25519_public_key(const Sha256& seed) {
  const Handle<EVP_PKEY, EVP_PKEY_free> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  Sha256 point{};
  std::size_t size = point.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) != 1 || size != point.size()) {
    throw Error(ErrorKind::failed, "OpenSSL cannot make an ed25519 key");
  }
  return point;
}

/// The part that a passphrase would encrypt (OpenSSH's PROTOCOL.key, section 3). The check word is there
/// twice, so that a wrong passphrase shows; it is derived, so that the same seed gives the same bytes.
std::string private_section(const Sha256& seed, const Sha256& point, std::string_view comment) {
  constexpr std::size_t block = 8;
  const auto derived = hkdf_sha256(bytes_of(seed), "nocloud check word v1");
  const auto check = bytes_of(derived).substr(0, 4);
  std::string section;
  section.append(check).append(check);
  section += wire_string(key_type);
  section += wire_string(bytes_of(point));
  section += wire_string(std::string(bytes_of(seed)).append(bytes_of(point)));
  section += wire_string(comment);
  for (char padding = 1; section.size() % block != 0; ++padding) section += padding;
  return section;
}

}  // namespace

SshKey ssh_key_from_seed(const Sha256& seed, std::string_view comment) {
  using namespace std::string_view_literals;
  const auto point = ed25519_public_key(seed);
  const auto public_blob = wire_string(key_type) + wire_string(bytes_of(point));
  std::string key("openssh-key-v1\0"sv);
  key += wire_string("none") + wire_string("none") + wire_string("");
  key += "\0\0\0\1"sv;
  key += wire_string(public_blob);
  key += wire_string(private_section(seed, point, comment));
  return {.private_key = fmt::format(
              "-----BEGIN OPENSSH PRIVATE KEY-----\n{}-----END OPENSSH PRIVATE KEY-----\n", base64(key, 70)),
          .public_key = fmt::format("{} {}", key_type, base64(public_blob))};
}

SshKey derive_host_key(const HostKeySecret& secret, const VmName& name) {
  const auto seed = hkdf_sha256(bytes_of(secret.bytes), fmt::format("nocloud host key v1:{}", name));
  return ssh_key_from_seed(seed, name.str());
}

}  // namespace nocloud
