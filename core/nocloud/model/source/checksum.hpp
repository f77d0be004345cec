#pragma once

#include <string>
#include <string_view>

#include "nocloud/base/digest.hpp"

namespace nocloud {

/// What a file's bytes have to add up to, as publishers of images say it: "sha256:HEX" or "sha512:HEX".
struct Checksum {
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
  /// Lower case, as many digits as the algorithm gives.
  std::string hex;

  /// Throws Error{invalid_input}.
  static Checksum parse(std::string_view text);
  /// As parse reads it.
  std::string str() const;
  bool operator==(const Checksum&) const = default;
};

}  // namespace nocloud
