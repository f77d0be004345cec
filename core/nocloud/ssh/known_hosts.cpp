#include "nocloud/ssh/known_hosts.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/keys/public_key.hpp"

namespace nocloud {
namespace {

constexpr std::string_view marker = "nocloud";

/// A line that nocloud wrote: "ALIAS[,ADDRESS] TYPE KEY nocloud URI". It once had the mere name for an alias.
struct OurLine {
  std::string_view alias;
  std::string_view address;
  /// From the key's type on, with the line's end.
  std::string_view rest;
  std::string_view uri;
};

/// The URI as one word: it stands at the end of a line whose fields are parted by blanks.
std::string word_of(std::string_view uri) {
  std::string word;
  for (const char letter : uri) {
    const auto byte = static_cast<std::uint8_t>(letter);
    if (byte <= 0x20 || byte == 0x7f) {
      word += fmt::format("%{:02X}", byte);
    } else {
      word += letter;
    }
  }
  return word;
}

/// The address as ssh looks it up; empty when there is none on this machine.
std::string address_of(const std::optional<Endpoint>& endpoint) {
  if (!endpoint || !endpoint->via.empty()) return {};
  check_endpoint(*endpoint);
  if (endpoint->port == 22) return endpoint->host;
  return fmt::format("[{}]:{}", endpoint->host, endpoint->port);
}

/// The URI is one word here.
std::string alias_on(std::string_view name, std::string_view uri) {
  constexpr std::size_t digits = 12;
  return fmt::format("{}.{}", name, hex(bytes_of(sha256(uri))).substr(0, digits));
}

std::string line_for(const KnownHost& host, const std::string& address) {
  const auto key = parse_public_key(host.host_key);
  if (!key) {
    throw Error(ErrorKind::invalid_input, fmt::format("the host key recorded for vm {} is no public key: {}",
                                                      cited(host.name.str()), cited(host.host_key)));
  }
  return fmt::format("{}{}{} {} {} {} {}\n", host_key_alias(host.name, host.uri), address.empty() ? "" : ",",
                     address, key->type, base64(key->blob), marker, word_of(host.uri));
}

/// The lines with their line ends; the last one may lack its own.
std::vector<std::string_view> lines_of(std::string_view file) {
  std::vector<std::string_view> lines;
  while (!file.empty()) {
    const auto end = file.find('\n');
    lines.push_back(file.substr(0, end == std::string_view::npos ? end : end + 1));
    file.remove_prefix(lines.back().size());
  }
  return lines;
}

std::optional<OurLine> parse_our_line(std::string_view line) {
  const auto text = trimmed(line.substr(0, line.find('\n')));
  const auto words = split(text, ' ');
  if (words.size() != 5 || words[3] != marker) return std::nullopt;
  const auto hosts = words[0];
  const auto comma = hosts.find(',');
  const auto alias = hosts.substr(0, comma);
  if (alias.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") != std::string_view::npos)
    return std::nullopt;
  return OurLine{.alias = alias,
                 .address = comma == std::string_view::npos ? std::string_view{} : hosts.substr(comma + 1),
                 .rest = line.substr(static_cast<std::size_t>(words[1].data() - line.data())),
                 .uri = words[4]};
}

std::string alias_of(const OurLine& line) {
  const bool mere_name = line.alias.find('.') == std::string_view::npos;
  return mere_name ? alias_on(line.alias, line.uri) : std::string(line.alias);
}

std::string text_of(const OurLine& line, std::string_view address) {
  return fmt::format("{}{}{} {}", alias_of(line), address.empty() ? "" : ",", address, line.rest);
}

}  // namespace

std::string with_known_host(std::string_view file, const KnownHost& host) {
  return with_known_hosts(file, {host});
}

std::string host_key_alias(const VmName& name, std::string_view uri) {
  return alias_on(name.str(), word_of(uri));
}

std::string with_known_hosts(std::string_view file, const std::vector<KnownHost>& hosts) {
  std::map<std::string, std::string> missing;                         // alias → line
  std::map<std::string, std::set<std::string>, std::less<>> claimed;  // address → connections
  for (const auto& host : hosts) {
    const auto address = address_of(host.endpoint);
    missing[host_key_alias(host.name, host.uri)] = line_for(host, address);
    if (!address.empty()) claimed[address].insert(word_of(host.uri));
  }
  const auto known = missing;
  std::string out;
  for (const auto line : lines_of(file)) {
    const auto ours = parse_our_line(line);
    if (!ours) {
      out += line;
    } else if (const auto alias = alias_of(*ours); known.contains(alias)) {
      if (const auto node = missing.extract(alias)) out += node.mapped();
    } else if (const auto used = claimed.find(ours->address); used == claimed.end()) {
      out += text_of(*ours, ours->address);
    } else if (!used->second.contains(std::string(ours->uri))) {
      out += text_of(*ours, "");
    }
  }
  if (!missing.empty() && !out.empty() && out.back() != '\n') out += '\n';
  for (const auto& [alias, line] : missing) out += line;
  return out;
}

std::string without_known_host(std::string_view file, const VmName& name, std::string_view uri) {
  const auto alias = host_key_alias(name, uri);
  std::string out;
  for (const auto line : lines_of(file)) {
    const auto ours = parse_our_line(line);
    if (!ours) {
      out += line;
    } else if (alias_of(*ours) != alias) {
      out += text_of(*ours, ours->address);
    }
  }
  return out;
}

}  // namespace nocloud
