#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/model/name.hpp"
#include "nocloud/model/quantity.hpp"
#include "nocloud/model/spec/source_place.hpp"

namespace nocloud {

/// What a VM is to be like where its user says so; what is left open comes from the template.
struct VmShape {
  std::optional<Memory> memory = std::nullopt;
  std::optional<CpuCount> cpus = std::nullopt;
  /// Further, empty disks beside the one that the template gives.
  std::vector<DiskSize> disks = {};

  bool operator==(const VmShape&) const = default;
};

/// One VM that a user asks for.
struct DescribedVm {
  VmName name;
  GroupName group;
  TypeName type;
  TemplateName template_name;
  VmShape shape = {};
  /// Where a description names the template; nothing if no description does.
  std::optional<SourcePlace> template_place = std::nullopt;

  bool operator==(const DescribedVm&) const = default;
};

/// What a user asks for, with no name twice and no two things that would be one to Ansible.
struct Description {
  std::vector<DescribedVm> vms;
};

/// The names that one VM lays claim to, whether it is asked for or exists already.
struct NameClaim {
  VmName name;
  GroupName group;
  TypeName type;
  TemplateName template_name;
  /// Where it comes from, as a message says it in brackets: "line 3", "exists, owner eva@here". May be empty.
  std::string origin = {};
};

NameClaim claim_of(const DescribedVm& vm, std::string origin = {});

/// Two claims that can't both hold.
struct Clash {
  /// The claim at fault, as an index into what is asked for.
  std::size_t wanted;
  /// Names both sides.
  std::string message;
  std::string hint;
};

/// The first clash in what is asked for, by itself or with what exists: a name twice, a name that another
/// group holds, a GROUP_TYPE that equals another pair's or a group, a group that equals a VM's name, anything
/// that equals a template's group (all as Ansible sees them). A VM that exists in the same group is the one
/// that is asked for, hence no clash; nor is what exists judged by itself.
std::optional<Clash> find_clash(const std::vector<NameClaim>& wanted,
                                const std::vector<NameClaim>& existing = {});

/// Throws Error{conflict} if there is a clash.
void check_no_clash(const std::vector<NameClaim>& wanted, const std::vector<NameClaim>& existing = {});

}  // namespace nocloud
