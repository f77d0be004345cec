#include "nocloud/base/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"

namespace nocloud {
namespace {

void require(bool done, const char* what) {
  if (!done) throw Error(ErrorKind::failed, std::string("OpenSSL cannot compute ") + what);
}

template <class Digest>
Digest digest_of(const EVP_MD* algorithm, std::string_view bytes) {
  Digest digest{};
  require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, algorithm, nullptr) == 1,
          "a digest");
  return digest;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  return digest_of<Sha256>(EVP_sha256(), bytes);
}

Sha1 sha1(std::string_view bytes) {
  return digest_of<Sha1>(EVP_sha1(), bytes);
}

DigestSum::DigestSum(DigestAlgorithm algorithm) : context_(EVP_MD_CTX_new()) {
  const auto* type = algorithm == DigestAlgorithm::sha512 ? EVP_sha512() : EVP_sha256();
  require(context_ && EVP_DigestInit_ex(context_.get(), type, nullptr) == 1, "a digest");
}

void DigestSum::add(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "a digest");
}

std::string DigestSum::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1, "a digest");
  return {reinterpret_cast<const char*>(digest.data()), length};
}

void DigestSum::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256 hkdf_sha256(std::string_view secret, std::string_view info) {
  const Handle<EVP_KDF, EVP_KDF_free> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  require(kdf != nullptr, "HKDF");
  const Handle<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(kdf.get()));
  require(context != nullptr, "HKDF");
  std::string hash = "SHA256";
  std::string key(secret);
  std::string purpose(info);
  const std::array<OSSL_PARAM, 4> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, purpose.data(), purpose.size()),
      OSSL_PARAM_construct_end()};
  Sha256 derived{};
  require(EVP_KDF_derive(context.get(), derived.data(), derived.size(), parameters.data()) == 1, "HKDF");
  return derived;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
          "random bytes");
  return bytes;
}

}  // namespace nocloud
