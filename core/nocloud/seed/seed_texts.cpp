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
  return json.dump(2, ' ', true) + '\n';
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
             {"ssh_authorized_keys", request.authorized_keys}}}}};
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
