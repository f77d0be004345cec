#include "nocloud/model/connection_uri.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// Transports that reach a libvirt daemon and run nothing that the URI could choose.
constexpr std::array<std::string_view, 7> common_transports{"",        "unix", "ssh", "libssh",
                                                            "libssh2", "tcp",  "tls"};

/// Whether libvirt can take the parameter for nothing but where a local daemon is, or how it is spoken to.
bool is_common(std::string_view parameter, const ConnectionUri& place) {
  const auto name = parameter.substr(0, parameter.find('='));
  return name == "mode" || name == "no_tty" || (name == "socket" && place.local);
}

/// A host or a login that begins so is an option to ssh.
bool is_option(std::string_view authority) {
  const auto host = authority.substr(authority.find('@') + 1);
  return authority.starts_with('-') || host.starts_with('-') || authority.find('%') != std::string_view::npos;
}

bool goes_by_ssh(std::string_view scheme) {
  return scheme.ends_with("+ssh") || scheme.ends_with("+libssh") || scheme.ends_with("+libssh2");
}

bool has_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  // The colons of an IPv6 address are in brackets.
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (; !text.empty(); text.remove_prefix(1)) {
    unsigned byte = 0;
    const auto* code = text.data() + 1;
    const bool coded =
        text.front() == '%' && text.size() > 2 && std::from_chars(code, code + 2, byte, 16).ptr == code + 2;
    decoded += coded ? static_cast<char>(byte) : text.front();
    if (coded) text.remove_prefix(2);
  }
  return decoded;
}

std::string parameter(std::string_view query, std::string_view name) {
  for (const auto part : split(query, '&')) {
    const auto equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name)
      return percent_decoded(part.substr(equals + 1));
  }
  return {};
}

/// What is written for later holds from any folder; ssh itself reads `~`.
std::string absolute_path(const std::string& path) {
  if (path.empty() || path.front() == '~') return path;
  return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

ConnectionUri read_connection_uri(std::string_view uri) {
  const auto scheme = uri.substr(0, uri.find("://"));
  if (scheme.size() == uri.size()) return {};
  auto rest = uri.substr(scheme.size() + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto question = rest.find('?');
  const auto query = question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
  rest = rest.substr(0, question);
  const auto authority = rest.substr(0, rest.find('/'));
  const auto path = rest.substr(authority.size());
  ConnectionUri result{
      .local = authority.empty(), .session = path == "/session", .pretended = scheme == "test"};
  if (!authority.empty() && goes_by_ssh(scheme)) {
    result.via = has_port(authority) ? fmt::format("ssh://{}", authority) : std::string(authority);
    result.via_key = absolute_path(parameter(query, "keyfile"));
  }
  return result;
}

std::string without_usual_transport(const std::string& uri) {
  constexpr std::string_view transport = "+unix";
  const auto at = uri.find("+unix://");
  return at != std::string::npos && at == uri.find('+')
             ? uri.substr(0, at) + uri.substr(at + transport.size())
             : uri;
}

std::string canonical_uri(const std::string& uri) {
  const std::string_view whole = uri;
  const auto scheme = whole.substr(0, whole.find("://"));
  if (scheme.size() == whole.size() || !read_connection_uri(uri).local) return uri;
  const auto driver = scheme.substr(0, scheme.find('+'));
  const auto transport = scheme.substr(std::min(driver.size() + 1, scheme.size()));
  // What a program leads to (`+ext`) only its command tells.
  if (std::ranges::find(common_transports, transport) == common_transports.end()) return uri;
  const auto rest = whole.substr(scheme.size());
  // A socket may lead to another machine.
  if (rest.find("socket=") != std::string_view::npos) return uri;
  return fmt::format("{}{}", driver, rest.substr(0, rest.find_first_of("?#")));
}

std::optional<std::string> uncommon_part(std::string_view uri) {
  const auto scheme = uri.substr(0, uri.find("://"));
  if (scheme.size() == uri.size()) return std::nullopt;  // an alias of the user's own libvirt.conf
  const auto plus = std::min(scheme.find('+'), scheme.size());
  const auto transport = scheme.substr(std::min(plus + 1, scheme.size()));
  if (std::ranges::find(common_transports, transport) == common_transports.end()) {
    return fmt::format("+{}", transport);
  }
  auto rest = uri.substr(scheme.size() + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (is_option(authority)) return std::string(authority);
  if (rest.find('?') == std::string_view::npos) return std::nullopt;
  rest = rest.substr(rest.find('?') + 1);
  rest = rest.substr(0, rest.find('#'));
  const auto place = read_connection_uri(uri);
  while (!rest.empty()) {
    const auto parameter = rest.substr(0, rest.find_first_of("&;"));
    if (!parameter.empty() && !is_common(parameter, place)) return std::string(parameter);
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
  }
  return std::nullopt;
}

}  // namespace nocloud
