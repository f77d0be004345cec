#include "nocloud/ssh/ssh_config.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/shell_word.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/hop.hpp"
#include "nocloud/ssh/known_hosts.hpp"

namespace nocloud {
namespace {

/// An ssh_config keyword and its value, quoted as ssh_config(5) has it.
using Option = std::pair<std::string_view, std::string>;

/// The absolute path. Throws Error{invalid_input} if ssh would read another.
std::string sayable(const std::filesystem::path& path) {
  auto text = std::filesystem::absolute(path).lexically_normal().string();
  if (printable(text) == text && text.find("${") == std::string_view::npos) return text;
  throw Error(ErrorKind::invalid_input, fmt::format("ssh cannot be told the path {}", cited(text, 400)),
              "Use a path without control characters and '${'.");
}

/// The text as one argument in a configuration file.
std::string in_quotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

std::string percent_doubled(std::string_view text) {
  std::string doubled;
  for (const char letter : text) doubled += letter == '%' ? "%%" : std::string(1, letter);
  return doubled;
}

/// The path as one argument of a keyword that knows %-tokens and ${variables}.
std::string quoted_path(const std::filesystem::path& path) {
  return in_quotes(percent_doubled(sayable(path)));
}

/// What makes the connection ours, whoever starts it.
std::vector<Option> trust_options(const SshClientSetup& setup) {
  check_endpoint(setup.peer.endpoint);
  std::vector<Option> options{
      {"HostKeyAlias", host_key_alias(setup.name, setup.uri)},
      {"UserKnownHostsFile", quoted_path(setup.known_hosts)},
      // Only our file speaks for a VM's name; the machine's own list may know another host by it.
      {"GlobalKnownHostsFile", "/dev/null"},
      {"StrictHostKeyChecking", "yes"},
      {"UpdateHostKeys", "no"},
      {"IdentitiesOnly", "yes"},
      {"IdentityFile", quoted_path(setup.peer.identity)},
      {"IdentityAgent", "none"},
      // A guest that was reverted knows nothing of its connections: without these they hang for ever.
      {"ServerAliveInterval", "5"},
      {"ServerAliveCountMax", "2"},
  };
  if (!setup.peer.endpoint.via.empty())
    options.emplace_back("ProxyCommand", proxy_command(setup.peer.endpoint));
  return options;
}

Arguments as_arguments(const std::vector<Option>& options) {
  Arguments arguments{"-F", "none"};
  for (const auto& [keyword, value] : options) {
    arguments.emplace_back("-o");
    arguments.push_back(fmt::format("{}={}", keyword, value));
  }
  return arguments;
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
  auto block = fmt::format("Host {}\n  HostName {}\n  Port {}\n  User {}\n", setup.name,
                           percent_doubled(endpoint.host), endpoint.port, setup.peer.user);
  for (const auto& [keyword, value] : options) block += fmt::format("  {} {}\n", keyword, value);
  return block;
}

std::string ssh_common_arguments(const SshClientSetup& setup) {
  std::string text;
  for (const auto& argument : as_arguments(trust_options(setup))) {
    if (!text.empty()) text += ' ';
    text += shell_word(argument);
  }
  return text;
}

std::string ssh_config_include(const std::filesystem::path& folder) {
  std::string pattern;
  for (const char letter : sayable(folder)) {
    // Include takes a pattern, in which each of these letters means itself behind a backslash.
    if (std::string_view("*?[]\\").find(letter) != std::string_view::npos) pattern += '\\';
    pattern += letter;
  }
  return fmt::format("Include {}\n", in_quotes(pattern + "/*.conf"));
}

}  // namespace nocloud
