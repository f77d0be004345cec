#include "ansible_collection/src/shared_arguments.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/vm/user_data.hpp"

namespace nocloud::ansible {

ArgumentSpec uri_argument() {
  return {
      .name = "uri",
      .description = {"The libvirt connection, as the target of the task sees it.",
                      "Without it C(LIBVIRT_DEFAULT_URI) of the target counts, else C(qemu:///system) if it "
                      "may be used there, else C(qemu:///session)."}};
}

ArgumentSpec owner_argument() {
  return {.name = "owner",
          .description = {
              "Whose VMs are meant: a login, a login and a host as C(eva@desk), or C(any). By default "
              "those of the user who runs the task on the target."}};
}

std::vector<ArgumentSpec> shape_arguments() {
  return {
      {.name = "memory",
       .description = {"Memory in MB, or with a unit: C(2G). A new VM has the template's by default."}},
      {.name = "cpus",
       .type = ArgumentType::integer,
       .description = {"Number of CPUs, 1 to 512. A new VM has the template's by default."}},
      {.name = "disks",
       .type = ArgumentType::list,
       .description = {"Sizes in GB of further, empty disks beside the template's.",
                       "Disks can grow, and be added behind those that a VM has; none is taken away or made "
                       "smaller."},
       .elements = ArgumentType::text}};
}

std::vector<ArgumentSpec> making_arguments() {
  return {
      {.name = "networks",
       .type = ArgumentType::list,
       .description = {"Where the VM is put, a NIC on each: C(nat), C(nat=NAME) for a libvirt network, "
                       "C(user) for user-mode networking with a forwarded SSH port, C(user=restricted) for "
                       "the same without a way to the host or beyond, C(bridge=NAME).",
                       "It is reached by the first; C(user) can be no other.",
                       "By default C(nat), or C(user) where the connection may not make networks."},
       .elements = ArgumentType::text},
      {.name = "user_data",
       .description = {"cloud-init user-data for the guest, given as text."},
       .secrecy = ArgumentSpec::Secrecy::no_log},
      {.name = "virt_type",
       .description = {"With hardware virtualisation or emulated. By default C(kvm) if it works."},
       .choices = {"kvm", "qemu"}},
      {.name = "wait_for",
       .description = {"What a VM that has to run must have reached for the task to succeed: C(address), an "
                       "answer over C(ssh) with its host key verified and a login, or the end of "
                       "C(cloud-init)."},
       .choices = {"none", "address", "ssh", "cloud-init"},
       .default_value = "ssh"},
      {.name = "timeout",
       .type = ArgumentType::integer,
       .description = {"Seconds for the wait, from the start of the last VM. By default 120, or 600 for "
                       "emulated guests.",
                       "Also how long another run that works on a VM is waited for. By default an hour."}}};
}

std::vector<DiskSize> disks_from(const std::vector<std::string>& sizes) {
  return while_doing("disks", [&] {
    if (sizes.size() > most_disks) {
      throw Error(ErrorKind::invalid_input, fmt::format("a VM can have {} disks at most", most_disks));
    }
    std::vector<DiskSize> disks;
    disks.reserve(sizes.size());
    for (const auto& size : sizes) disks.push_back(DiskSize::parse(trimmed(size)));
    return disks;
  });
}

NewVmDefaults defaults_of(const ModuleCall& call) {
  return {.networks = call.settings.parsed("network", NetworkList::parse),
          .virt_type = call.settings.parsed("virt-type", virt_type_from)};
}

std::optional<NetworkList> networks_of(const ModuleCall& call) {
  const auto words = call.task.arguments.texts("networks");
  if (!words) return std::nullopt;
  return while_doing("networks", [&] { return NetworkList::of_words(*words); });
}

std::optional<VirtType> virt_type_of(const ModuleCall& call) {
  return call.task.arguments.parsed("virt_type", virt_type_from);
}

std::optional<std::chrono::seconds> timeout_of(const ModuleCall& call) {
  if (auto given = call.task.arguments.counted("timeout", seconds_of)) return given;
  return call.settings.parsed("timeout", seconds_from);
}

WaitFor wait_of(const ModuleCall& call) {
  return call.task.arguments.parsed("wait_for", wait_for_from).value_or(WaitFor::ssh);
}

std::string user_data_of(const ModuleCall& call) {
  auto given = call.task.arguments.text("user_data").value_or("");
  if (given.size() <= largest_user_data) return given;
  throw Error(ErrorKind::invalid_input, fmt::format("user_data is larger than {} bytes", largest_user_data));
}

OwnerFilter owner_of(const ModuleCall& call) {
  return call.task.arguments.parsed("owner", OwnerFilter::parse).value_or(OwnerFilter{});
}

}  // namespace nocloud::ansible
