#include "nocloud/ssh/ssh_config.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

/// An ssh_config keyword and its value, quoted as ssh_config(5) has it.
using Option = std::pair<std::string_view, std::string>;

/// The path as one argument of a keyword that knows %-tokens and ${variables}.
std::string quoted_path(const std::filesystem::path& path) {
  const auto text = std::filesystem::absolute(path).lexically_normal().string();
  if (printable(text) != text || text.find("${") != std::string_view::npos) {
    throw Error(ErrorKind::invalid_input, fmt::format("ssh cannot be told the path {}", cited(text, 400)),
                "Use a path without control characters and '${'.");
  }
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    if (letter == '%') quoted += '%';
    quoted += letter;
  }
  return quoted + '"';
}

/// What makes the connection ours, whoever starts it.
std::vector<Option> trust_options(const SshClientSetup& setup) {
  check_endpoint(setup.peer.endpoint);
  std::vector<Option> options{
      {"HostKeyAlias", setup.name.str()},
      {"UserKnownHostsFile", quoted_path(setup.known_hosts)},
      // Only our file speaks for a VM's name; the machine's own list may know another host by it.
      {"GlobalKnownHostsFile", "/dev/null"},
      {"StrictHostKeyChecking", "yes"},
      {"UpdateHostKeys", "no"},
      {"IdentitiesOnly", "yes"},
      {"IdentityFile", quoted_path(setup.peer.identity)},
  };
  if (!setup.peer.endpoint.via.empty()) options.emplace_back("ProxyJump", setup.peer.endpoint.via);
  return options;
}

Arguments as_arguments(const std::vector<Option>& options) {
  Arguments arguments;
  for (const auto& [keyword, value] : options) {
    arguments.emplace_back("-o");
    arguments.push_back(fmt::format("{}={}", keyword, value));
  }
  return arguments;
}

std::string shell_quoted(std::string_view word) {
  std::string quoted = "'";
  for (const char letter : word) {
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

}  // namespace

Arguments ssh_arguments(const SshClientSetup& setup) {
  Arguments arguments{"ssh"};
  for (auto& argument : as_arguments(trust_options(setup))) arguments.push_back(std::move(argument));
  const auto& endpoint = setup.peer.endpoint;
  arguments.insert(arguments.end(),
                   {"-p", fmt::format("{}", endpoint.port), "-l", setup.peer.user.str(), endpoint.host});
  return arguments;
}

std::string ssh_config_block(const SshClientSetup& setup) {
  const auto options = trust_options(setup);
  const auto& endpoint = setup.peer.endpoint;
  std::string host_name;
  for (const char letter : endpoint.host) host_name += letter == '%' ? "%%" : std::string(1, letter);
  auto block = fmt::format("Host {}\n  HostName {}\n  Port {}\n  User {}\n", setup.name, host_name,
                           endpoint.port, setup.peer.user);
  for (const auto& [keyword, value] : options) block += fmt::format("  {} {}\n", keyword, value);
  return block;
}

std::string ssh_common_arguments(const SshClientSetup& setup) {
  std::string text;
  for (const auto& argument : as_arguments(trust_options(setup))) {
    if (!text.empty()) text += ' ';
    text += argument.find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=/.,:@") ==
                    std::string_view::npos
                ? argument
                : shell_quoted(argument);
  }
  return text;
}

}  // namespace nocloud
