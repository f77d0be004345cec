#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nocloud::terraform {

/// Looks up a variable of the environment.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// What Terraform says to the plugins that it starts.
struct Invitation {
  /// Its certificate, PEM; nothing if there is to be no TLS.
  std::optional<std::string> client_certificate = std::nullopt;
};

/// Nothing if it was not Terraform that started us. Throws Error{unavailable} for one that doesn't speak
/// protocol 6.
std::optional<Invitation> read_invitation(const Environment& environment);

/// The line by which a plugin says where it listens, without the newline; `certificate` is its own, DER, and
/// empty without TLS.
std::string handshake_line(std::string_view socket, std::string_view certificate);

}  // namespace nocloud::terraform
