#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/seed/mime.hpp"
#include "nocloud/seed/network_config.hpp"
#include "nocloud/seed/seed.hpp"
#include "nocloud/seed/user_part.hpp"

namespace nocloud {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

/// The key's line without characters beyond U+FFFF, which only stand in comments: JSON writes them in ASCII
/// as two halves, which cloud-init's YAML reader does not join, and then the guest would take no key at all.
std::string plain(std::string_view key) {
  std::string out;
  for (std::size_t at = 0; at < key.size(); ++at) {
    const bool starts_pair = static_cast<unsigned char>(key[at]) >= 0xf0;
    out += starts_pair ? '?' : key[at];
    if (starts_pair) at += 3;
  }
  return out;
}

std::vector<std::string> plain_keys(const SeedRequest& request) {
  std::vector<std::string> keys;
  for (const auto& key : request.authorized_keys) keys.push_back(plain(key));
  return keys;
}

std::string meta_data(const SeedRequest& request) {
  return dumped({{"instance-id", request.instance_id}, {"local-hostname", request.host_name.str()}});
}

/// What must hold whatever the user's part says. Scalars are strings: cloud-init's merge lets a later string
/// replace what an earlier part said, while a later boolean or number does not.
Json our_config(const SeedRequest& request) {
  return {{"hostname", request.host_name.str()},
          {"preserve_hostname", "false"},
          {"ssh_deletekeys", "true"},
          {"ssh_genkeytypes", Json::array()},
          {"ssh_keys",
           {{"ed25519_private", request.host_key_private}, {"ed25519_public", request.host_key_public}}},
          {"users",
           {{{"name", request.user.str()},
             {"lock_passwd", "true"},
             {"shell", "/bin/bash"},
             {"sudo", "ALL=(ALL) NOPASSWD:ALL"},
             {"ssh_authorized_keys", plain_keys(request)}}}}};
}

MimePart our_part(const SeedRequest& request) {
  return {
      .headers = {"Content-Type: text/cloud-config; charset=\"us-ascii\"", "Content-Transfer-Encoding: 7bit",
                  "Merge-Type: dict(recurse_list,recurse_str)+list(append)+str()"},
      .content = "#cloud-config\n" + dumped(our_config(request))};
}

std::string user_data(const SeedRequest& request) {
  std::vector<MimePart> parts;
  if (!request.user_data.empty()) parts.push_back(user_part(request.user_data));
  parts.push_back(our_part(request));
  // No text can contain a digest of itself.
  std::string all;
  for (const auto& part : parts) all += part.content;
  return mime_message(parts, fmt::format("nocloud-{}", hex(bytes_of(sha256(all)).substr(0, 16))));
}

}  // namespace

SeedTexts seed_texts(const SeedRequest& request) {
  return {.meta_data = meta_data(request),
          .user_data = user_data(request),
          .network_config = network_config(request.nics)};
}

}  // namespace nocloud
