#pragma once

#include "nocloud/model/template.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/instantiate.hpp"

namespace nocloud {

/// How new VMs are made where their user does not say; no demand on those that are there.
struct NewVmDefaults {
  std::optional<NetworkList> networks = std::nullopt;
  std::optional<VirtType> virt_type = std::nullopt;
  /// Who may log in beside the caller.
  std::vector<std::string> ssh_public_keys = {};
};

InstantiateRequest with_defaults(InstantiateRequest request, const NewVmDefaults& defaults);

/// The VM that instantiate() would make of a description, without its UUID and host key; where the request
/// leaves open how it is virtualised, that is not tried.
Vm foreseen_vm(const Context& context, const InstantiateRequest& request, const DescribedVm& wanted,
               const Template& source);

}  // namespace nocloud
