#include "nocloud/ops/converge/foresee.hpp"

#include "nocloud/ops/network/networks.hpp"
#include "nocloud/ops/vm/make_vm.hpp"

namespace nocloud {

InstantiateRequest with_defaults(InstantiateRequest request, const NewVmDefaults& defaults) {
  if (!request.networks) request.networks = defaults.networks;
  if (!request.virt_type) request.virt_type = defaults.virt_type;
  if (request.ssh_public_keys.empty()) request.ssh_public_keys = defaults.ssh_public_keys;
  return request;
}

Vm foreseen_vm(const Context& context, const InstantiateRequest& request, const DescribedVm& wanted,
               const Template& source) {
  const VmRecipe recipe{
      .networks = request.networks ? *request.networks : default_networks(context.hypervisor.place()),
      .virt_type = request.virt_type.value_or(VirtType::kvm),
      .user_data = request.user_data,
      .start = request.start};
  Vm vm{definition_of(context, recipe, wanted, source)};
  vm.complete = true;
  if (request.start) vm.state = *request.start == StartMode::paused ? VmState::paused : VmState::running;
  return vm;
}

}  // namespace nocloud
