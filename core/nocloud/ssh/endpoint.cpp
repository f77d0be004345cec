#include "nocloud/ssh/endpoint.hpp"

#include <string_view>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view further) {
  return text.find_first_not_of(std::string(letters).append(further)) == std::string_view::npos;
}

/// `[user@]host`, or the same with a port as a URI. The host may be an IPv6 address in brackets.
bool is_machine(std::string_view via) {
  constexpr std::string_view scheme = "ssh://";
  if (via.starts_with(scheme)) via.remove_prefix(scheme.size());
  const auto at = via.rfind('@');
  const bool has_user = at != std::string_view::npos;
  const auto user = via.substr(0, has_user ? at : 0);
  const auto host = has_user ? via.substr(at + 1) : via;
  if (host.empty() || host.front() == '-' || !consists_of(host, ".:_-[]")) return false;
  return !has_user || (!user.empty() && user.front() != '-' && consists_of(user, "._-+@"));
}

}  // namespace

void check_endpoint(const Endpoint& endpoint) {
  const auto& host = endpoint.host;
  if (host.empty() || host.front() == '-' || !consists_of(host, ".:%_-")) {
    throw Error(ErrorKind::invalid_input, fmt::format("{} is no host name or address", cited(host)));
  }
  const auto& via = endpoint.via;
  if (!via.empty() && !is_machine(via)) {
    throw Error(ErrorKind::invalid_input, fmt::format("ssh cannot go through {}", cited(via)),
                "Give the machine as HOST, USER@HOST or ssh://USER@HOST:PORT.");
  }
  if (printable(endpoint.via_key) != endpoint.via_key) {
    throw Error(ErrorKind::invalid_input,
                fmt::format("ssh cannot be told the key file {}", cited(endpoint.via_key)),
                "Use a path without control characters.");
  }
}

std::string described(const Endpoint& endpoint) {
  auto text = printable(endpoint.host);
  if (endpoint.port != 22) text += fmt::format(" port {}", endpoint.port);
  if (!endpoint.via.empty()) text += fmt::format(" through {}", printable(endpoint.via));
  return text;
}

}  // namespace nocloud
