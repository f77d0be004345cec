#include "nocloud/app/ansible_inventory.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

using nlohmann::json;

json unsafe(std::string_view text) {
  return {{"__ansible_unsafe", text}};
}

/// Groups in a stable order, without duplicates.
struct Groups {
  std::map<std::string, std::set<std::string>> hosts;
  std::map<std::string, std::set<std::string>> children;
  /// The groups of which each host is in exactly one, and whether Python is where we say in all its hosts.
  std::map<std::string, bool> by_template;

  void add(const VmSummary& vm, const std::string& host) {
    const auto group = ansible_group_word(vm.group.str());
    const auto role = group + "_" + ansible_group_word(vm.type.str());
    const auto source = "template_" + ansible_group_word(vm.template_name.str());
    hosts[role].insert(host);
    hosts[source].insert(host);
    children[group].insert(role);
    auto& python = by_template.try_emplace(source, true).first->second;
    python = python && vm.init == GuestInit::cloud_init;
  }
};

/// Variables of a group give way to the user's group_vars, those of a host do not. What differs from host to
/// host is taken from the host's own variables.
json defaults(const SshAccess& access, bool python) {
  json variables{{"ansible_user", "{{ nocloud_user }}"},
                 {"ansible_ssh_private_key_file", access.identity.string()},
                 {"ansible_ssh_common_args", "{{ nocloud_ssh_args | default('') }}"}};
  // Debian's and every other cloud image of the catalogue has it there; without this, Ansible searches at
  // each run.
  if (python) variables["ansible_python_interpreter"] = "/usr/bin/python3";
  return variables;
}

}  // namespace

json host_variables(const LocatedSummary& located, const SshAccess& access) {
  const VmSummary& vm = located.vm;
  // One by one: nlohmann copies what is in an initializer list, and there may be thousands of VMs.
  json variables = json::object();
  variables["nocloud_user"] = vm.user.str();
  variables["nocloud_name"] = vm.name.str();
  variables["nocloud_group"] = vm.group.str();
  variables["nocloud_type"] = vm.type.str();
  variables["nocloud_template"] = vm.template_name.str();
  variables["nocloud_state"] = word_for(vm.state);
  variables["nocloud_owner"] = unsafe(vm.owner.str());
  variables["nocloud_uuid"] = vm.uuid;
  if (!vm.nics.empty()) {
    variables["nocloud_mac"] = vm.nics.front().mac.str();
    variables["nocloud_network"] = unsafe(vm.nics.front().network.str());
  }
  if (!located.endpoint) return variables;
  variables["ansible_host"] = located.endpoint->host;
  variables["ansible_port"] = located.endpoint->port;
  variables["nocloud_ssh_args"] = ssh_options(located, access);
  return variables;
}

HostNaming host_naming_from(std::string_view word) {
  if (word == "name") return HostNaming::name;
  if (word == "address") return HostNaming::address;
  throw Error(ErrorKind::invalid_input, fmt::format("{} is no way to name hosts", cited(word)),
              "Say name or address.");
}

std::string host_name_of(const LocatedSummary& located, HostNaming naming) {
  return naming == HostNaming::address && located.ip ? located.ip->str() : located.vm.name.str();
}

json inventory_json(const std::vector<LocatedSummary>& vms, const SshAccess& access, HostNaming naming) {
  Groups groups;
  json hostvars = json::object();
  for (const auto& located : vms) {
    const auto host = host_name_of(located, naming);
    groups.add(located.vm, host);
    hostvars[host] = host_variables(located, access);
  }
  json inventory{{"_meta", {{"hostvars", std::move(hostvars)}}}};
  for (const auto& [name, hosts] : groups.hosts) inventory[name]["hosts"] = hosts;
  for (const auto& [name, python] : groups.by_template) inventory[name]["vars"] = defaults(access, python);
  for (const auto& [name, children] : groups.children) inventory[name]["children"] = children;
  return inventory;
}

}  // namespace nocloud
