#include "nocloud/app/vm_json.hpp"

#include <fmt/format.h>

namespace nocloud {
namespace {

using nlohmann::json;

std::vector<std::uint64_t> sizes_of(const std::vector<DiskSize>& disks) {
  std::vector<std::uint64_t> sizes;
  for (const auto& disk : disks) sizes.push_back(disk.gib());
  return sizes;
}

}  // namespace

json vm_json(const LocatedVm& located) {
  const Vm& vm = located.vm;
  const bool networked = !vm.nics.empty();
  const auto networks = networks_of(vm.nics);
  const bool found = located.endpoint.has_value();
  return {{"name", vm.name.str()},
          {"uuid", vm.uuid},
          {"group", vm.group.str()},
          {"type", vm.type.str()},
          {"template", vm.template_name.str()},
          {"owner", vm.owner.str()},
          {"state", word_for(vm.state)},
          {"virt_type", word_for(vm.virt_type)},
          {"memory_mib", vm.memory.mib()},
          {"cpus", vm.cpus.count()},
          {"disks_gib", sizes_of(vm.disks)},
          {"networks", networks ? networks->words() : std::vector<std::string>()},
          {"mac", networked ? json(vm.nics.front().mac.str()) : json()},
          {"ip", located.ip ? json(located.ip->str()) : json()},
          {"host", found ? json(located.endpoint->host) : json()},
          {"port", found ? json(located.endpoint->port) : json()},
          {"via", found && !located.endpoint->via.empty() ? json(located.endpoint->via) : json()},
          {"user", vm.user.str()},
          {"host_key", vm.host_key}};
}

json unreadable_vm_json(const Unreadable& found) {
  return {{"name", found.name}, {"state", word_for(found.state)}, {"reason", found.error.message()}};
}

std::string json_line(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

void print_json(const json& value) {
  fmt::print("{}\n", value.dump(2, ' ', true, json::error_handler_t::replace));
}

}  // namespace nocloud
