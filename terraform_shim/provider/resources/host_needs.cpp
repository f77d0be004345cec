#include "terraform_shim/provider/resources/host_needs.hpp"

#include <algorithm>

#include "nocloud/ops/converge/host_check.hpp"
#include "nocloud/ops/host/room.hpp"
#include "nocloud/ops/host/virt_type.hpp"
#include "nocloud/ops/network/networks.hpp"
#include "terraform_shim/provider/resources/making.hpp"

namespace nocloud::terraform {
namespace {

template <class Check>
void check_at(Plan& plan, std::string_view attribute, const Check& check) {
  try {
    check();
  } catch (const Error& error) {  // told at its place
    plan.diagnostics.push_back(diagnostic_of(error, Path::to(attribute)));
  }
}

void require_network(const Session& session, const NetworkChoice& network) {
  const bool nat = network.kind == NetworkKind::nat;
  if (nat && session.claims.is_planned(Thing::Kind::network, network.name)) return;
  try {
    check_networks(session.context, NetworkList({network}));
  } catch (const Error& error) {
    if (!nat || error.kind() != ErrorKind::not_found) throw;
    throw Error(error.kind(), error.message(),
                error.hint() +
                    " If this configuration makes it, refer to that resource: networks = "
                    "[\"nat=${nocloud_network.NAME.name}\"].");
  }
}

/// The template that the plan names, if that is known and it is there.
std::optional<Template> template_of(const Session& session, const Plan& plan) {
  const auto name = Fields(plan.planned).parsed("template", TemplateName::parse);
  return name ? session.context.hypervisor.find_template(*name) : std::nullopt;
}

}  // namespace

void require_networks(const Session& session, const NetworkList& networks) {
  for (const auto& network : networks.all()) require_network(session, network);
}

void check_host_for_vm(const Session& session, Plan& plan) {
  const Fields planned(plan.planned);
  const auto& context = session.context;
  auto virt_type = virt_type_of(planned);
  if (!virt_type && plan.leaves_open("virt_type")) virt_type = session.defaults.virt_type;
  if (plan.creates()) {
    auto networks = networks_of(planned);
    if (!networks && plan.leaves_open("networks")) networks = session.defaults.networks;
    if (networks) check_at(plan, "networks", [&] { require_networks(session, *networks); });
    check_at(plan, "virt_type", [&] { require_virt_type(context, virt_type); });
    check_at(plan, "name", [&] { require_room_for_vms(context, 1, 0); });
  }
  const auto source = plan.creates() ? template_of(session, plan) : std::nullopt;
  auto memory = planned.counted("memory", Memory::of_mib);
  if (!memory && source && plan.leaves_open("memory")) memory = source->memory;
  if (memory && plan.changes("memory")) check_at(plan, "memory", [&] { require_memory(context, *memory); });
  auto cpus = planned.counted("cpus", CpuCount::of);
  if (!cpus && source && plan.leaves_open("cpus")) cpus = source->cpus;
  if (cpus && plan.changes("cpus")) check_at(plan, "cpus", [&] { require_cpus(context, *cpus, virt_type); });
}

void require_host_for(const Session& session, const InstantiateRequest& making) {
  const auto& context = session.context;
  if (making.networks) require_networks(session, *making.networks);
  require_virt_type(context, making.virt_type);
  auto memory = Memory::of_mib(32);
  auto cpus = CpuCount::of(1);
  for (const auto& vm : making.vms) {
    const auto source = require_template(session, vm.template_name);
    memory = std::max(memory, vm.shape.memory.value_or(source ? source->memory : memory));
    cpus = std::max(cpus, vm.shape.cpus.value_or(source ? source->cpus : cpus));
  }
  require_memory(context, memory);
  require_cpus(context, cpus, making.virt_type);
  require_room_for_vms(context, making.vms.size(), 0);
}

}  // namespace nocloud::terraform
