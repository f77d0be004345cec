#include "ansible_collection/src/vm_facts.hpp"

#include <fmt/format.h>

#include "ansible_collection/src/shared_arguments.hpp"
#include "nocloud/app/vm_json.hpp"

namespace nocloud::ansible {
namespace {

std::string sizes_of(const std::vector<DiskSize>& disks) {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(disks.size());
  for (const auto& disk : disks) sizes.push_back(disk.gib());
  return fmt::format("[{}]", fmt::join(sizes, ", "));
}

ReturnSpec of_a_vm(std::string name, std::string type, std::string description, nlohmann::json sample) {
  return {.name = std::move(name),
          .type = std::move(type),
          .description = std::move(description),
          .returned = "when the VM is there",
          .sample = std::move(sample)};
}

}  // namespace

nlohmann::json foreseen_facts(const Context& context, const Vm& vm) {
  auto facts = vm_json(Locator(context.hypervisor).locate(vm));
  for (const auto* key : {"uuid", "host_key"}) {
    if (facts[key].get_ref<const std::string&>().empty()) facts[key] = nullptr;
  }
  return facts;
}

std::string diff_text(const std::optional<Vm>& vm) {
  if (!vm || !vm->complete) return "state: absent\n";
  const auto networks = networks_of(vm->nics);
  return fmt::format(
      "state: {}\ngroup: {}\ntype: {}\ntemplate: {}\ncpus: {}\nmemory_mib: {}\ndisks_gib: {}\nnetworks: {}\n",
      word_for(vm->state), vm->group, vm->type, vm->template_name, vm->cpus.count(), vm->memory.mib(),
      sizes_of(vm->disks), networks ? networks->str() : "none");
}

std::vector<ReturnSpec> vm_returns() {
  return {
      {.name = "name", .type = "str", .description = "The VM's name.", .sample = "web00"},
      {.name = "state",
       .type = "str",
       .description = "running, stopped, paused, crashed or absent.",
       .sample = "running"},
      of_a_vm("uuid", "str", "libvirt's UUID of it.", "6d5d5c5e-6f0a-4f5c-9a51-3d1f4b2c7e10"),
      of_a_vm("group", "str", "Its group.", "pftest"),
      of_a_vm("type", "str", "Its type in the group.", "web"),
      of_a_vm("template", "str", "What it was made from.", "debian12"),
      of_a_vm("owner", "str", "Who made it.", "eva@hypervisor"),
      of_a_vm("virt_type", "str", "kvm or qemu.", "kvm"),
      of_a_vm("memory_mib", "int", "Its memory in MB.", 1024),
      of_a_vm("cpus", "int", "Number of its CPUs.", 1),
      of_a_vm("disks_gib", "list", "Sizes of its extra disks in GB.", nlohmann::json::array({5})),
      of_a_vm("networks", "list", "Where it is, in the order of its NICs.", nlohmann::json::array({"nat"})),
      of_a_vm("mac", "str", "The MAC of its first NIC; it follows from the name.", "52:54:00:d0:5c:02"),
      of_a_vm("ip", "str", "The guest's own address; null if none is known, or none is to be reached.",
              "10.112.0.77"),
      of_a_vm("host", "str", "Where SSH answers; null if that is not known yet.", "10.112.0.77"),
      of_a_vm("port", "int", "The port for that.", 22),
      of_a_vm("via", "str",
              "The machine from which that holds, where it is not the task's target; else null.",
              "root@hypervisor"),
      of_a_vm("user", "str", "Who may log in.", "debian"),
      of_a_vm("host_key", "str", "The public SSH host key that it answers with.", "ssh-ed25519 AAAA...")};
}

ReturnSpec timings_return() {
  return {
      .name = "timings",
      .type = "dict",
      .description = "Seconds from the beginning of the task to each step, when the last VM had taken it.",
      .returned = "always",
      .sample = {{"created", 0.4}, {"logged_in", 9.8}, {"total", 9.9}}};
}

std::vector<ReturnSpec> vm_list_returns() {
  return {
      {.name = "vms",
       .type = "list",
       .description = "The VMs, sorted by name, each with the keys that M(nocloud.kvm.vm) returns of one.",
       .sample = nlohmann::json::array({{{"name", "web00"}, {"state", "running"}, {"ip", "10.112.0.77"}}})},
      timings_return()};
}

}  // namespace nocloud::ansible
