#include "nocloud/ssh/known_hosts.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ssh/public_key.hpp"

namespace nocloud {
namespace {

constexpr std::string_view marker = "nocloud";

/// A line that nocloud wrote: "NAME[,ADDRESS] TYPE KEY nocloud URI".
struct OurLine {
  std::string_view name;
  std::string_view address;
  std::string_view uri;
};

std::optional<OurLine> parse_our_line(std::string_view line) {
  const auto words = split(trimmed(line), ' ');
  if (words.size() != 5 || words[3] != marker) return std::nullopt;
  const auto hosts = words[0];
  const auto comma = hosts.find(',');
  return OurLine{.name = hosts.substr(0, comma),
                 .address = comma == std::string_view::npos ? std::string_view{} : hosts.substr(comma + 1),
                 .uri = words[4]};
}

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

/// The address as ssh looks it up. Empty when it holds on another machine only: here it would speak of
/// whatever answers there.
std::string address_of(const Endpoint& endpoint) {
  if (!endpoint.via.empty()) return {};
  check_endpoint(endpoint);
  if (endpoint.port == 22) return endpoint.host;
  return fmt::format("[{}]:{}", endpoint.host, endpoint.port);
}

std::string line_for(const KnownHost& host, const std::string& address) {
  const auto key = parse_public_key(host.host_key);
  if (!key) {
    throw Error(ErrorKind::invalid_input, fmt::format("the host key recorded for vm {} is no public key: {}",
                                                      cited(host.name.str()), cited(host.host_key)));
  }
  return fmt::format("{}{}{} {} {} {} {}\n", host.name, address.empty() ? "" : ",", address, key->type,
                     base64(key->blob), marker, word_of(host.uri));
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

std::string_view without_newline(std::string_view line) {
  return line.substr(0, line.find('\n'));
}

}  // namespace

std::string with_known_host(std::string_view file, const KnownHost& host) {
  return with_known_hosts(file, {host});
}

std::string with_known_hosts(std::string_view file, const std::vector<KnownHost>& hosts) {
  std::map<std::pair<std::string, std::string>, std::string> missing;  // (name, URI) → line
  std::set<std::string, std::less<>> addresses;
  for (const auto& host : hosts) {
    auto address = address_of(host.endpoint);
    missing[{host.name.str(), word_of(host.uri)}] = line_for(host, address);
    if (!address.empty()) addresses.insert(std::move(address));
  }
  const auto known = missing;
  std::string out;
  for (const auto line : lines_of(file)) {
    const auto ours = parse_our_line(without_newline(line));
    const auto vm = ours ? std::pair(std::string(ours->name), std::string(ours->uri))
                         : std::pair<std::string, std::string>();
    if (known.contains(vm)) {
      if (const auto node = missing.extract(vm)) out += node.mapped();
    } else if (!ours || !addresses.contains(ours->address)) {
      out += line;
    }
  }
  if (!missing.empty() && !out.empty() && out.back() != '\n') out += '\n';
  for (const auto& [vm, line] : missing) out += line;
  return out;
}

std::string without_known_host(std::string_view file, const VmName& name, std::string_view uri) {
  const auto uri_word = word_of(uri);
  std::string out;
  for (const auto line : lines_of(file)) {
    const auto ours = parse_our_line(without_newline(line));
    if (!ours || ours->name != name.str() || ours->uri != uri_word) out += line;
  }
  return out;
}

}  // namespace nocloud
