#pragma once

#include <string>
#include <vector>

#include "nocloud/base/error.hpp"
#include "terraform_shim/provider/schema/value.hpp"

namespace nocloud::terraform {

/// Something that Terraform tells its user, at the place in the configuration that it is about.
struct Diagnostic {
  enum class Severity { error, warning } severity = Severity::error;
  std::string summary;
  /// The remedy, or more; may be empty.
  std::string detail = {};
  /// Empty for the whole.
  Path path = {};

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

inline Diagnostic diagnostic_of(const Error& error, Path path = {}) {
  return {.summary = error.message(), .detail = error.hint(), .path = std::move(path)};
}

inline Diagnostic warning(std::string summary, std::string detail = {}) {
  return {
      .severity = Diagnostic::Severity::warning, .summary = std::move(summary), .detail = std::move(detail)};
}

inline bool has_errors(const Diagnostics& diagnostics) {
  for (const auto& diagnostic : diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::error) return true;
  }
  return false;
}

}  // namespace nocloud::terraform
