#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace nocloud {

using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;

Sha256 sha256(std::string_view bytes);
/// For version 5 UUIDs only (RFC 4122), which fix SHA-1.
Sha1 sha1(std::string_view bytes);

enum class DigestAlgorithm { sha256, sha512 };

/// The digest of bytes that come in pieces.
class DigestSum {
 public:
  explicit DigestSum(DigestAlgorithm algorithm);
  void add(std::string_view bytes);
  /// The digest of everything that was added, in raw bytes; this ends the sum.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// HKDF-SHA256 without salt (RFC 5869): 32 bytes for one purpose, which `info` names.
Sha256 hkdf_sha256(std::string_view secret, std::string_view info);

/// Cryptographically strong random bytes.
std::string random_bytes(std::size_t count);

template <std::size_t Size>
std::string_view bytes_of(const std::array<std::uint8_t, Size>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), Size};
}

}  // namespace nocloud
