#pragma once

#include <string>

namespace nocloud::terraform {

/// A key and a certificate for it that one run shows to Terraform, and nobody else ever sees.
struct Certificate {
  std::string key_pem;
  std::string pem;
  /// The certificate alone, as it is announced.
  std::string der;
};

/// Makes one for `localhost`, signed by itself. Throws Error{failed}.
Certificate make_certificate();

}  // namespace nocloud::terraform
