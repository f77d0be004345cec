// crowd URI TEMPLATE GROUP COUNT
//
// Makes the group's type `default` have exactly COUNT VMs, as `vminstantiate -n TEMPLATE -g GROUP` names
// them: defined, complete, with address and name claimed, but without volumes. The first one has to be there;
// the others are made after it.

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/model/identity.hpp"
#include "nocloud/virt/libvirt/adapter/hypervisor.hpp"

namespace nocloud {
namespace {

class Crowd {
 public:
  Crowd(Hypervisor& hypervisor, TemplateName source, GroupName group)
      : hypervisor_(hypervisor),
        source_(std::move(source)),
        group_(std::move(group)),
        pattern_(need(hypervisor.find_vm(name_of(0)), "the first VM")),
        network_(
            need(hypervisor.find_network(NetworkName::parse(pattern_.nics.front().network.name)), "network")),
        addresses_(network_.subnet, network_.dynamic),
        taken_(network_.reserved.begin(), network_.reserved.end()) {}

  void bring_to(unsigned count) {
    for (const auto& vm : hypervisor_.vms()) present_.insert(vm.name);
    for (unsigned ordinal = 1; ordinal < count; ++ordinal) {
      const auto name = name_of(ordinal);
      if (!present_.contains(name)) add(name);
    }
    for (unsigned ordinal = count; ordinal < count + present_.size(); ++ordinal) {
      const auto name = name_of(ordinal);
      if (present_.contains(name)) remove(name);
    }
  }

 private:
  template <class Value>
  static Value need(std::optional<Value> value, const char* what) {
    if (!value) throw Error(ErrorKind::not_found, fmt::format("there is no {}", what));
    return *std::move(value);
  }

  VmName name_of(unsigned ordinal) const {
    return unnamed_vm(group_, TypeName::parse("default"), source_, ordinal);
  }

  Ipv4Address free_address(const VmName& name) {
    auto index = address_index_of(name, addresses_.size());
    while (!taken_.insert(addresses_.at(index)).second) index = (index + 1) % addresses_.size();
    return addresses_.at(index);
  }

  void add(const VmName& name) {
    VmDefinition vm = pattern_;
    vm.name = name;
    vm.nics.front().mac = mac_of_vm(name);
    hypervisor_.define_vm(vm);
    const AddressClaim claim{name, vm.nics.front().mac, free_address(name)};
    if (!hypervisor_.claim_address(network_.name, claim, DhcpEffect::with_next_start)) {
      throw Error(ErrorKind::conflict, "an address is taken");
    }
    hypervisor_.publish_name(network_.name, name, claim.address);
  }

  void remove(const VmName& name) {
    hypervisor_.withdraw_name(network_.name, name);
    hypervisor_.release_address(network_.name, name);
    hypervisor_.undefine_vm(name);
  }

  Hypervisor& hypervisor_;
  TemplateName source_;
  GroupName group_;
  Vm pattern_;
  Network network_;
  StaticPart addresses_;
  std::set<Ipv4Address> taken_;
  std::set<VmName> present_;
};

}  // namespace
}  // namespace nocloud

int main(int argc, char** argv) {
  using nocloud::GroupName;
  using nocloud::TemplateName;
  if (argc != 5) return std::fputs("usage: crowd URI TEMPLATE GROUP COUNT\n", stderr), 2;
  try {
    const auto hypervisor = nocloud::connect_libvirt({.uri = argv[1]});
    nocloud::Crowd(*hypervisor, TemplateName::parse(argv[2]), GroupName::parse(argv[3]))
        .bring_to(static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10)));
  } catch (const nocloud::Error& error) {
    return fmt::print(stderr, "crowd: {}\n", error.message()), 1;
  }
}
