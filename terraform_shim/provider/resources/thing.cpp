#include "terraform_shim/provider/resources/thing.hpp"

#include <fmt/format.h>

#include "nocloud/base/text.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/template/make_template.hpp"

namespace nocloud::terraform {
namespace {

using Kind = Thing::Kind;
using Whose = Holder::Whose;

template <class Found>
Holder holder_from(const Context& context, const Found& found) {
  return {.uuid = found.uuid,
          .unconfirmed = found.unconfirmed,
          .whose = found.owner == context.caller ? Whose::own : Whose::others,
          .owner = found.owner.str(),
          .caller = context.caller.str()};
}

std::optional<Holder> vm_holder(const Context& context, const VmName& name) {
  if (const auto vm = context.hypervisor.find_vm(name)) {
    auto holder = holder_from(context, *vm);
    holder.group = vm->group.str();
    return holder;
  }
  if (context.hypervisor.others_hold(name)) return Holder{.whose = Whose::foreign};
  return std::nullopt;
}

std::optional<Holder> network_holder(const Context& context, const NetworkName& name) {
  const auto network = context.hypervisor.find_network(name);
  if (!network) return std::nullopt;
  return Holder{.uuid = network->uuid,
                .whose = is_ours(*network, context.realm) ? Whose::own : Whose::foreign};
}

std::string removal_of(const Thing& thing) {
  switch (thing.kind) {
    case Kind::vm:
      return fmt::format("`vmstop -d {}` removes it.", thing.name);
    case Kind::source:
      return fmt::format("`vmtemplate -d {}` removes it.", thing.name);
    case Kind::network:
      return fmt::format(
          "`virsh net-undefine {0}` removes it, after `virsh net-destroy {0}` if it is active.", thing.name);
  }
  return {};
}

/// What brings it under the resource that wants its name; empty if nothing does.
std::string import_of(const Thing& thing, const Holder& holder) {
  if (thing.group.empty())
    return fmt::format("`terraform import ADDRESS {}` puts it under this resource; ", thing.name);
  if (thing.group != holder.group) return fmt::format("It is in group {}. ", cited(holder.group));
  return fmt::format("`terraform import ADDRESS {}` puts all VMs of the group under this resource; ",
                     thing.group);
}

}  // namespace

std::optional<Holder> holder_of(const Context& context, const Thing& thing) {
  switch (thing.kind) {
    case Kind::vm:
      return vm_holder(context, VmName::parse(thing.name));
    case Kind::source:
      if (const auto found = context.hypervisor.find_template(TemplateName::parse(thing.name)))
        return holder_from(context, *found);
      return std::nullopt;
    case Kind::network:
      return network_holder(context, NetworkName::parse(thing.name));
  }
  return std::nullopt;
}

void set_unconfirmed(const Context& context, const Thing& thing, const std::string& run) {
  if (thing.kind == Kind::vm) {
    const auto name = VmName::parse(thing.name);
    const auto held = context.locks.acquire(name.str(), context.stop);
    const auto found = context.hypervisor.find_vm(name);
    if (!found || found->uuid != thing.uuid || found->unconfirmed == run) return;
    context.hypervisor.set_unconfirmed(name, run);
  }
  if (thing.kind == Kind::source) {
    const auto name = TemplateName::parse(thing.name);
    const auto held = lock_template(context, name);
    auto found = context.hypervisor.find_template(name);
    if (!found || found->uuid != thing.uuid || found->unconfirmed == run) return;
    found->unconfirmed = run;
    context.hypervisor.redefine_template(*found);
  }
}

std::string description_of(const Thing& thing) {
  switch (thing.kind) {
    case Kind::vm:
      return fmt::format("VM {}", cited(thing.name));
    case Kind::source:
      return fmt::format("template {}", cited(thing.name));
    case Kind::network:
      return fmt::format("network {}", cited(thing.name));
  }
  return {};
}

Error name_conflict(const Thing& thing, const Holder& holder) {
  const auto what = description_of(thing);
  if (holder.whose == Whose::foreign) {
    return {ErrorKind::conflict,
            fmt::format("the name {} is taken: libvirt has one that nocloud did not make", cited(thing.name)),
            fmt::format("Choose another name. {}", destroy_all_the_same)};
  }
  if (holder.whose == Whose::others) {
    return {ErrorKind::conflict,
            fmt::format("{} belongs to {}, and you are {}", what, printable(holder.owner),
                        printable(holder.caller)),
            fmt::format("Choose another name. {}", destroy_all_the_same)};
  }
  if (!holder.unconfirmed.empty()) {
    return {ErrorKind::conflict,
            fmt::format("{} is being made by another resource or another run of Terraform", what),
            "Give each resource a name of its own, or wait for the other run."};
  }
  // A network has no record of the run that made it.
  const auto* left = thing.kind == Kind::network ? "A killed apply may have left it. " : "";
  return {
      ErrorKind::conflict, fmt::format("there is a {} already", what),
      fmt::format("{}{}{} If Terraform is replacing it, the old one has to go before the new one can have "
                  "the name: remove create_before_destroy from this resource and from those that depend "
                  "on it. {}",
                  left, import_of(thing, holder), removal_of(thing), destroy_all_the_same)};
}

}  // namespace nocloud::terraform
