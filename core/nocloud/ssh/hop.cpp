#include "nocloud/ssh/hop.hpp"

#include <fmt/format.h>

#include "nocloud/base/shell_word.hpp"

namespace nocloud {
namespace {

/// As a URI in any case: only there ssh takes an IPv6 address in brackets.
std::string destination_of(const std::string& via) {
  return via.starts_with("ssh://") ? via : fmt::format("ssh://{}", via);
}

Arguments way(const Endpoint& endpoint, std::string_view log_level, const std::string& target) {
  Arguments arguments{"ssh"};
  const auto level = fmt::format("LogLevel={}", log_level);
  // What the user's file says for sessions must not meddle with a mere way: -W gives ports and agent up by
  // itself, but a session that others share may be used and not be made.
  for (const auto& option : {"BatchMode=yes", "ControlMaster=no", "RemoteCommand=none", "RequestTTY=no",
                             "PermitLocalCommand=no", level.c_str()}) {
    arguments.insert(arguments.end(), {"-o", option});
  }
  if (!endpoint.via_key.empty()) arguments.insert(arguments.end(), {"-i", endpoint.via_key});
  arguments.insert(arguments.end(), {"-W", target, "--", destination_of(endpoint.via)});
  return arguments;
}

}  // namespace

Arguments hop_arguments(const Endpoint& endpoint, std::string_view log_level) {
  check_endpoint(endpoint);
  const auto& host = endpoint.host;
  const bool v6 = host.find(':') != std::string::npos;
  return way(endpoint, log_level, fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), host, endpoint.port));
}

std::string proxy_command(const Endpoint& endpoint) {
  check_endpoint(endpoint);
  std::string text;
  for (const auto& word : way(endpoint, "ERROR", "[%h]:%p")) {
    if (!text.empty()) text += ' ';
    auto quoted = shell_word(word);
    const bool token = word == "[%h]:%p";
    for (const char letter : quoted) text += letter == '%' && !token ? "%%" : std::string(1, letter);
  }
  return text;
}

}  // namespace nocloud
