#include "nocloud/virt/connection_uri.hpp"

#include <fmt/format.h>

namespace nocloud {
namespace {

bool goes_by_ssh(std::string_view scheme) {
  return scheme.ends_with("+ssh") || scheme.ends_with("+libssh") || scheme.ends_with("+libssh2");
}

bool has_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  // The colons of an IPv6 address are in brackets.
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

}  // namespace

ConnectionUri read_connection_uri(std::string_view uri) {
  const auto scheme = uri.substr(0, uri.find("://"));
  if (scheme.size() == uri.size()) return {};
  auto rest = uri.substr(scheme.size() + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto authority = rest.substr(0, rest.find('/'));
  const auto path = rest.substr(authority.size());
  ConnectionUri result{
      .local = authority.empty(), .session = path == "/session", .pretended = scheme == "test"};
  if (!authority.empty() && goes_by_ssh(scheme)) {
    result.via = has_port(authority) ? fmt::format("ssh://{}", authority) : std::string(authority);
  }
  return result;
}

}  // namespace nocloud
