#include "terraform_shim/external/answer.hpp"

#include <array>

#include "nocloud/app/ansible_inventory.hpp"
#include "nocloud/app/vm_json.hpp"

namespace nocloud {
namespace {

using nlohmann::json;

/// What the answer says of a VM when it is about one.
constexpr std::array facts{"name", "uuid", "state",    "host",  "port", "ip",      "via",
                           "user", "mac",  "host_key", "group", "type", "template"};

std::string text_of(const json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

json external_answer(const std::vector<LocatedVm>& vms, const SshAccess& access) {
  json list = json::array();
  std::vector<LocatedSummary> hosts;
  for (const auto& vm : vms) {
    list.push_back(vm_json(vm));
    hosts.push_back(in_short(vm));
  }
  json answer{{"exists", vms.empty() ? "false" : "true"},
              {"vms_json", json_line(list)},
              {"inventory_json", json_line(inventory_json(hosts, access))}};
  for (const auto* fact : facts) answer[fact] = list.size() == 1 ? text_of(list.front().at(fact)) : "";
  const auto networks = vms.size() == 1 ? networks_of(vms.front().vm.nics) : std::nullopt;
  answer["network"] = networks ? networks->str() : "";
  return answer;
}

}  // namespace nocloud
