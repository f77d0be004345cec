#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nocloud/model/spec/description.hpp"
#include "nocloud/model/template.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/network/address_book.hpp"
#include "nocloud/seed/seed.hpp"

namespace nocloud {

/// What the VMs of one run have in common.
struct VmRecipe {
  NetworkList networks;
  VirtType virt_type = VirtType::kvm;
  /// The user's own user-data; empty for none.
  std::string user_data = {};
  /// Who may log in beside the caller.
  std::vector<std::string> ssh_public_keys = {};
  /// VmDefinition::unconfirmed.
  std::string unconfirmed = {};
  /// Nothing: it is not started.
  std::optional<StartMode> start = StartMode::running;
  /// See groups_that_meet_as_before().
  std::set<GroupName> meeting_as_before = {};
  /// Where the groups on user-mode networking meet; see Nic.
  std::map<GroupName, std::optional<MeetingPoint>> meetings = {};
};

/// The groups of user-mode VMs that an older nocloud made. A new VM joins them in their own subnet.
std::set<GroupName> groups_that_meet_as_before(const std::vector<VmSummary>& vms);

/// What a new VM is by its description, template and recipe, before anything of it is there; the guest's host
/// key is left out.
VmDefinition definition_of(const Context& context, const VmRecipe& recipe, const DescribedVm& wanted,
                           const Template& source);

/// The NICs of a VM on these networks, with the MACs that follow from its name; throws Error{conflict} if two
/// had the same.
std::vector<Nic> nics_for(const VmName& name, const std::vector<NetworkChoice>& networks, const Realm& realm,
                          const std::set<GroupName>& meeting_as_before = {});

/// Makes sure of the NAT networks among them, and opens a book of each.
void open_books(const Context& context, const NetworkList& networks, AddressBooks& books);

/// Makes a volume of a VM whose name is the caller's, in the place of what a killed run has left of it.
/// Throws as refuse_kept_disks does.
void create_anew(Hypervisor& hypervisor, const VmName& vm, const NewVolume& volume);

/// Makes an extra disk of a VM whose name is the caller's, in the place of what a killed run has left of it;
/// `index` counts from 1.
void create_disk(Hypervisor& hypervisor, const VmName& name, std::size_t index, DiskSize size);

/// Makes new VMs: claims the name first, then adds everything that the VM consists of, and marks it complete
/// last. Whatever goes wrong in between is taken back; what a killed process leaves is named by an incomplete
/// VM.
class VmMaker {
 public:
  /// `addresses` has a book of each NAT network of the recipe's.
  VmMaker(const Context& context, const VmRecipe& recipe, AddressBooks& addresses)
      : context_(context), recipe_(recipe), addresses_(addresses) {}

  /// Makes the VM, and starts it if the recipe says so. The caller holds its lock, and it does not exist.
  /// Throws Error{conflict} if another's does.
  void make(const DescribedVm& wanted, const Template& source) const;

  /// Adds the volumes of a VM; knows its UUID and what its guest is told of its NICs.
  using AddVolumes = std::function<void(const std::string& uuid, const VmDefinition& definition,
                                        const std::vector<SeedNic>& nics)>;
  /// The same for a VM that is not made from a template.
  void make(VmDefinition definition, const AddVolumes& add) const;

 private:
  /// Claims what the NICs need; gives what the guest is to be told of each.
  std::vector<SeedNic> settle_nics(const std::string& uuid, VmDefinition& definition) const;
  void add_volumes(const std::string& uuid, const VmDefinition& definition,
                   const std::vector<SeedNic>& nics) const;
  std::string seed_for(const std::string& uuid, const VmDefinition& definition,
                       const std::vector<SeedNic>& nics) const;

  const Context& context_;
  const VmRecipe& recipe_;
  AddressBooks& addresses_;
};

}  // namespace nocloud
