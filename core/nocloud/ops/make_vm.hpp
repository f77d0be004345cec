#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nocloud/model/description.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/networks.hpp"

namespace nocloud {

/// What the VMs of one run have in common.
struct VmRecipe {
  NetworkChoice network;
  VirtType virt_type = VirtType::kvm;
  /// The user's own user-data; empty for none.
  std::string user_data = {};
  /// Who may log in beside the caller.
  std::vector<std::string> ssh_public_keys = {};
  /// Nothing: it is not started.
  std::optional<StartMode> start = StartMode::running;
};

/// What a new VM is by its description, template and recipe, before anything of it is there; the guest's host
/// key is left out.
VmDefinition definition_of(const Context& context, const VmRecipe& recipe, const DescribedVm& wanted,
                           const Template& source);

/// Makes an extra disk of a VM whose name is the caller's, in the place of what a killed run has left of it;
/// `index` counts from 1.
void create_disk(Hypervisor& hypervisor, const VmName& name, std::size_t index, DiskSize size);

/// Makes new VMs: claims the name first, then adds everything that the VM consists of, and marks it complete
/// last. Whatever goes wrong in between is taken back; what a killed process leaves is named by an incomplete
/// VM.
class VmMaker {
 public:
  /// `addresses` is the book of the recipe's network, null unless that is a NAT network.
  VmMaker(const Context& context, const VmRecipe& recipe, AddressBook* addresses)
      : context_(context), recipe_(recipe), addresses_(addresses) {}

  /// Makes the VM, and starts it if the recipe says so. The caller holds its lock, and it does not exist.
  /// Throws Error{conflict} if another's does.
  void make(const DescribedVm& wanted, const Template& source) const;

 private:
  /// The address on the NAT network; nothing on others.
  std::optional<Ipv4Address> settle_address(const std::string& uuid, VmDefinition& definition) const;
  void add_volumes(const std::string& uuid, const VmDefinition& definition,
                   std::optional<Ipv4Address> address) const;
  std::string seed_for(const std::string& uuid, const VmDefinition& definition,
                       std::optional<Ipv4Address> address) const;

  const Context& context_;
  const VmRecipe& recipe_;
  AddressBook* addresses_;
};

}  // namespace nocloud
