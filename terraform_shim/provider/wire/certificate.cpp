#include "terraform_shim/provider/wire/certificate.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/handle.hpp"

namespace nocloud::terraform {
namespace {

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using X509Handle = Handle<X509, X509_free>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using Bio = Handle<BIO, BIO_free>;

/// Clocks of one machine don't differ, but a client may have read its own a little earlier.
constexpr long valid_before = 60L * 60;
constexpr long valid_for = 365L * 24 * 60 * 60;

void require(bool done, std::string_view what) {
  if (done) return;
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  throw Error(ErrorKind::failed, fmt::format("cannot make a certificate: {}: {}", what, text.data()));
}

template <class Write>
std::string written(Write&& write) {
  const Bio memory(BIO_new(BIO_s_mem()));
  require(memory && write(memory.get()) == 1, "encoding");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, int kind, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

void name_it(X509* certificate) {
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random bytes");
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U | 1U) == 1,
          "serial number");
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::string_view host = "localhost";
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(host.data()),
                                     static_cast<int>(host.size()), -1, 0) == 1 &&
              X509_set_issuer_name(certificate, name) == 1,
          "names");
}

}  // namespace

Certificate make_certificate() {
  const Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "key");
  const X509Handle certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "version");
  name_it(certificate.get());
  require(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -valid_before) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_for) != nullptr &&
              X509_set_pubkey(certificate.get(), key.get()) == 1,
          "validity");
  extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate.get(), NID_key_usage,
         "critical,digitalSignature,keyEncipherment,keyAgreement,keyCertSign");
  extend(certificate.get(), NID_ext_key_usage, "clientAuth,serverAuth");
  extend(certificate.get(), NID_subject_alt_name, "DNS:localhost");
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");
  return {.key_pem = written([&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          .pem = written([&](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); }),
          .der = written([&](BIO* to) { return i2d_X509_bio(to, certificate.get()); })};
}

}  // namespace nocloud::terraform
