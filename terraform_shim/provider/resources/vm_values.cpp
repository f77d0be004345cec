#include "terraform_shim/provider/resources/vm_values.hpp"

#include <fmt/format.h>

#include "nocloud/app/vm_json.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/ops/survey/ssh_client.hpp"

namespace nocloud::terraform {
namespace {

Attribute found(std::string name, std::string description, Value type = "string") {
  return {.name = std::move(name),
          .type = std::move(type),
          .description = std::move(description),
          .source = Attribute::Source::computed};
}

/// All arguments of `ssh` but the remote command.
Value ssh_args(const LocatedVm& located, const SshAccess& access) {
  if (!located.endpoint) return nullptr;
  return fmt::format("{} -p {} -l {} {}", ssh_options(in_short(located), access), located.endpoint->port,
                     located.vm.user, located.endpoint->host);
}

}  // namespace

std::vector<Attribute> found_attributes() {
  return {found("id", "The name."),
          found("uuid", "libvirt's UUID. Another VM of the same name has another one."),
          found("state",
                "`running`; what a refresh finds otherwise (`stopped`, `crashed`, or `incomplete` after a "
                "run that was killed) is put right by the next apply."),
          found("mac", "The MAC address of the first NIC. It follows from the name."),
          found("ip", "The guest's own address; null where none is to be reached."),
          found("host", "Where SSH answers."),
          found("port", "The port for that.", "number"),
          found("via", "The machine from which that holds, if it is another than this one; else null."),
          found("user", "Who may log in."),
          found("host_key", "The public SSH host key that the guest answers with. It follows from the name."),
          found("ssh_args",
                "Arguments that let OpenSSH reach the VM and verify its host key, quoted for a shell: "
                "`ssh ${nocloud_vm.web.ssh_args} uname -r` in a `local-exec`."),
          found("user_data_sha256", "SHA-256 of the user-data that the VM was made with; null for none.")};
}

std::vector<Attribute> described_attributes() {
  return {found("name", "The name, which is an identity: MAC, address and host key follow from it."),
          found("group", "The group."),
          found("type", "The role in the group."),
          found("template", "What it was made from."),
          found("memory", "Memory in MB.", "number"),
          found("cpus", "Number of CPUs.", "number"),
          found("disks", "Sizes in GB of the disks beside the template's.", Value::array({"list", "number"})),
          found("networks",
                "`nat`, `nat=NAME`, `user`, `user=restricted` or `bridge=NAME`, in the order of the NICs.",
                Value::array({"list", "string"})),
          found("virt_type", "`kvm` or `qemu`.")};
}

Value vm_object_type() {
  auto types = Value::object();
  for (const auto& attribute : described_attributes() + found_attributes())
    types[attribute.name] = attribute.type;
  return Value::array({"object", types});
}

Value vm_values(const LocatedVm& located, const SshAccess& access) {
  auto values = vm_json(located);
  values["id"] = values["name"];
  values["memory"] = values["memory_mib"];
  values["disks"] = values["disks_gib"];
  const auto& digest = located.vm.user_data_sha256;
  values["user_data_sha256"] = digest.empty() ? Value() : Value(digest);
  values["ssh_args"] = located.vm.complete ? ssh_args(located, access) : Value();
  if (!located.vm.complete) values["state"] = incomplete_state;
  for (const auto* ours_only : {"memory_mib", "disks_gib", "owner"}) values.erase(ours_only);
  return values;
}

Error is_paused(std::string_view name) {
  return {ErrorKind::conflict, fmt::format("VM {} is paused", cited(name)),
          fmt::format("`virsh resume {}` lets it go on.", name)};
}

Diagnostic warning_of_paused(std::string_view name) {
  const auto error = is_paused(name);
  return warning(error.message() + ": the apply will not change it", error.hint());
}

void refuse_paused(const std::vector<Vm>& stopped) {
  for (const auto& vm : stopped) {
    if (vm.state == VmState::paused) throw Error(is_paused(vm.name.str()));
  }
}

std::optional<LocatedVm> own_vm(const Session& session, const VmName& name) {
  auto located = session.listing.find(session.context, name);
  if (located && located->vm.owner != session.context.caller) return std::nullopt;
  return located;
}

void check_group(const Session& session, Plan& plan, std::string_view attribute) {
  const auto group = Fields(plan.planned).parsed(attribute, GroupName::parse);
  const auto owner = group ? session.listing.other_owner_of(session.context, *group) : std::nullopt;
  if (!owner) return;
  plan.diagnostics.push_back(diagnostic_of(
      another_owner("group " + cited(group->str()), *owner, session.context.caller, "Choose another group."),
      Path::to(std::string(attribute))));
}

Value group_values(const Session& session, const GroupName& group,
                   const std::function<bool(const Vm&)>& meant) {
  auto vms = Value::object();
  const auto access = session.listing.access(session.context);
  for (const auto& located : session.listing.all(session.context)) {
    const auto& vm = located.vm;
    const bool picked = vm.group == group && vm.owner == session.context.caller && meant(vm);
    if (picked) vms[vm.name.str()] = vm_values(located, access);
  }
  return vms;
}

}  // namespace nocloud::terraform
