#include "terraform_shim/provider/wire/handshake.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud::terraform {
namespace {

/// No secret: it only tells a start by Terraform from one by a person.
constexpr std::string_view cookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
  };
}

std::optional<Invitation> read_invitation(const Environment& environment) {
  if (environment("TF_PLUGIN_MAGIC_COOKIE") != cookie) return std::nullopt;
  const auto versions = environment("PLUGIN_PROTOCOL_VERSIONS").value_or("");
  const auto spoken = split(versions, ',');
  if (std::ranges::find(spoken, std::string_view("6")) == spoken.end()) {
    throw Error(
        ErrorKind::unavailable,
        fmt::format("this Terraform speaks the plugin protocol in versions {}, not in 6", cited(versions)),
        "Terraform 1.0 and later do.");
  }
  return Invitation{.client_certificate = environment("PLUGIN_CLIENT_CERT")};
}

std::string handshake_line(std::string_view socket, std::string_view certificate) {
  auto encoded = base64(certificate);
  encoded.erase(std::min(encoded.find('='), encoded.size()));
  return fmt::format("1|6|unix|{}|grpc|{}", socket, encoded);
}

}  // namespace nocloud::terraform
