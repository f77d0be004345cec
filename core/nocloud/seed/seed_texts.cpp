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

/// Who the guest is, whatever the user's part says.
Json identity(const SeedRequest& request) {
  return {{"hostname", request.host_name.str()},
          {"prefer_fqdn_over_hostname", false},
          {"preserve_hostname", false},
          {"ssh_deletekeys", true},
          {"ssh_keys",
           {{"ed25519_private", request.host_key_private}, {"ed25519_public", request.host_key_public}}}};
}

Json our_login(const SeedRequest& request) {
  return {{"name", request.user.str()},
          {"lock_passwd", true},
          {"shell", "/bin/bash"},
          {"sudo", "ALL=(ALL) NOPASSWD:ALL"}};
}

MimePart cloud_config(const Json& config, std::string_view merge_type) {
  return {.headers = {"Content-Type: text/cloud-config; charset=\"us-ascii\"",
                      "Content-Transfer-Encoding: 7bit", fmt::format("Merge-Type: {}", merge_type)},
          .content = "#cloud-config\n" + dumped(config)};
}

/// What lets nobody in, whichever of these the user's own entry for our login has: an account that has ended
/// or ends when its password does, keys without a home, keys that only tell of another user.
void keep_open(Json& login) {
  login["expiredate"] = "9999-12-31";
  login["inactive"] = "-1";
  login["no_create_home"] = false;
  login["system"] = false;
  login["ssh_redirect_user"] = false;
}

/// Takes the place of what the user's part says of the same things, whatever types it has used: a merge that
/// appends to lists replaces nothing but strings (cloudinit/mergers/m_dict.py). Our login is made the default
/// user as well: of two `users` entries of one name cloud-init keeps what the first one says
/// (distros/ug_util.py), but the default user comes before both.
MimePart replacing_part(const SeedRequest& request) {
  auto config = identity(request);
  config["fqdn"] = request.host_name.str();
  config["user"] = our_login(request);
  keep_open(config["user"]);
  return cloud_config(config, "dict(replace)+list()+str()");
}

/// Complete in itself, and adds to the user's lists.
MimePart our_part(const SeedRequest& request) {
  auto config = identity(request);
  const auto keys = plain_keys(request);
  auto login = our_login(request);
  login["ssh_authorized_keys"] = keys;
  config["users"] = Json::array({login});
  if (!request.user_data.empty()) {
    // Those of the default user, beside the keys that the user's own entry for it may have.
    config["ssh_authorized_keys"] = keys;
    // Taken away: it would come before the host name. (cloud-init's merge adds what it is to delete and does
    // not find; the replacing part has made sure that it is there.)
    config["fqdn"] = nullptr;
    config["chpasswd"]["expire"] = nullptr;
  }
  return cloud_config(config, "dict(recurse_list,recurse_str,allow_delete)+list(append)+str()");
}

/// Passwords that the user sets must not expire at once, which cloud-init makes them do by itself: our login
/// would then be refused. Only what is absent is added by this merge, so this part stands before and after
/// ours, which takes the setting away.
MimePart expiry_part(bool expires) {
  return cloud_config({{"chpasswd", {{"expire", expires}}}}, "dict()+list()+str()");
}

std::string user_data(const SeedRequest& request) {
  const bool has_users = !request.user_data.empty();
  std::vector<MimePart> parts;
  if (has_users) {
    parts.push_back(user_part(request.user_data));
    parts.push_back(replacing_part(request));
    parts.push_back(expiry_part(true));
  }
  parts.push_back(our_part(request));
  if (has_users) parts.push_back(expiry_part(false));
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
