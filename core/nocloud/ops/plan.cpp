#include "nocloud/ops/plan.hpp"

#include <set>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"

namespace nocloud {
namespace {

std::string disks_text(const std::vector<DiskSize>& disks) {
  std::vector<std::string> sizes;
  for (const auto& disk : disks) sizes.push_back(fmt::format("{} GB", disk.gib()));
  return sizes.empty() ? "none" : enumerated(sizes);
}

/// Collects "WHAT is PRESENT, not WANTED" where the two differ.
class Differences {
 public:
  template <class Value>
  void compare(std::string_view what, const Value& present, const Value& wanted) {
    if (present != wanted) found_.push_back(fmt::format("{} is {}, not {}", what, present, wanted));
  }
  void add(std::string difference) { found_.push_back(std::move(difference)); }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

std::vector<std::string> differences(const DescribedVm& wanted, const Vm& present, const Template& source,
                                     const InstantiateRequest& request) {
  Differences found;
  found.compare("type", present.type, wanted.type);
  found.compare("template", present.template_name, wanted.template_name);
  if (present.template_name == wanted.template_name && present.base != source.base) {
    found.add("it is on an older image of its template");
  }
  if (wanted.shape.memory) found.compare("memory in MB", present.memory.mib(), wanted.shape.memory->mib());
  if (wanted.shape.cpus) found.compare("number of CPUs", present.cpus.count(), wanted.shape.cpus->count());
  if (present.disks != wanted.shape.disks) {
    found.compare("extra disks", disks_text(present.disks), disks_text(wanted.shape.disks));
  }
  if (request.network && !present.nics.empty()) {
    found.compare("network", present.nics.front().network.str(), request.network->str());
  }
  if (request.virt_type)
    found.compare("virtualisation", word_for(present.virt_type), word_for(*request.virt_type));
  const auto digest = request.user_data.empty() ? std::string() : hex(bytes_of(sha256(request.user_data)));
  if (!digest.empty() && digest != present.user_data_sha256) found.add("it was made from other user-data");
  return found.take();
}

void check_memory(const DescribedVm& wanted, const Memory& host) {
  if (!wanted.shape.memory || *wanted.shape.memory <= host) return;
  throw Error(ErrorKind::invalid_input,
              fmt::format("VM {} asks for {} MB of memory; the host has {} MB", cited(wanted.name.str()),
                          wanted.shape.memory->mib(), host.mib()),
              "Ask for less with mem= or --mem.");
}

const Template& require_template(const TemplateName& name, const World& world) {
  const auto found = world.templates.find(name);
  if (found != world.templates.end() && found->second.complete) return found->second;
  throw Error(ErrorKind::not_found, fmt::format("there is no template {}", cited(name.str())),
              "`vmtemplate -l` shows those there are; `vmtemplate --build` and `--import` make one.");
}

/// A group is its owner's: another caller may not add to it.
void check_groups(const InstantiateRequest& request, const World& world, const Owner& caller) {
  std::set<GroupName> groups;
  for (const auto& wanted : request.vms) groups.insert(wanted.group);
  for (const auto& vm : world.vms) {
    if (vm.owner == caller || !groups.contains(vm.group)) continue;
    throw Error(ErrorKind::conflict,
                fmt::format("group {} belongs to {}", cited(vm.group.str()), printable(vm.owner.str())),
                "Choose another group: another file name, or -g GROUP.");
  }
}

}  // namespace

VmPlan plan_vm(const DescribedVm& wanted, const std::optional<Vm>& present, const Template& source,
               const InstantiateRequest& request, const Owner& caller) {
  if (!present) return {.change = Change::created};
  if (present->owner != caller) {
    throw Error(ErrorKind::conflict,
                fmt::format("VM {} belongs to {}", cited(wanted.name.str()), printable(present->owner.str())),
                "Choose another name.");
  }
  if (present->group != wanted.group) {
    throw Error(ErrorKind::conflict,
                fmt::format("VM {} is in group {} already, so it can't be in {}", cited(wanted.name.str()),
                            cited(present->group.str()), cited(wanted.group.str())),
                "Choose another name, or remove it there first.");
  }
  if (!present->complete) return {.change = Change::created};
  const bool down = present->state == VmState::stopped || present->state == VmState::crashed;
  return {.change = down ? Change::started : Change::none,
          .differences = differences(wanted, *present, source, request)};
}

void check_request(const InstantiateRequest& request, const World& world, const Owner& caller) {
  check_groups(request, world, caller);
  std::map<VmName, const Vm*> present;
  for (const auto& vm : world.vms) present.emplace(vm.name, &vm);
  std::vector<NameClaim> claims;
  for (const auto& wanted : request.vms) {
    const auto& source = require_template(wanted.template_name, world);
    check_memory(wanted, world.host_memory);
    claims.push_back(claim_of(wanted));
    const auto there = present.find(wanted.name);
    if (there != present.end())
      plan_vm(wanted, *there->second, source, request, caller);  // for its conflicts
  }
  std::vector<NameClaim> existing;
  for (const auto& vm : world.vms) {
    existing.push_back({vm.name, vm.group, vm.type, vm.template_name,
                        fmt::format("exists, owner {}", printable(vm.owner.str()))});
  }
  check_no_clash(claims, existing);
}

}  // namespace nocloud
