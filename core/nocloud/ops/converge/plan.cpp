#include "nocloud/ops/converge/plan.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "nocloud/base/digest.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/parallel.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/model/identity.hpp"
#include "nocloud/ops/survey/missing_images.hpp"
#include "nocloud/seed/user_part.hpp"

namespace nocloud {
namespace {

using Takes = Difference::Takes;

std::string disks_text(const std::vector<DiskSize>& disks) {
  std::vector<std::string> sizes;
  sizes.reserve(disks.size());
  for (const auto& disk : disks) sizes.push_back(fmt::format("{} GB", disk.gib()));
  return sizes.empty() ? "none" : enumerated(sizes);
}

/// Collects "WHAT is PRESENT, not WANTED" where the two differ.
class Differences {
 public:
  template <class Value>
  void compare(std::string_view what, const Value& present, const Value& wanted, Takes takes) {
    if (present != wanted) add(fmt::format("{} is {}, not {}", what, present, wanted), takes);
  }
  void add(std::string text, Takes takes) { found_.push_back({std::move(text), takes}); }
  std::vector<Difference> take() { return std::move(found_); }

 private:
  std::vector<Difference> found_;
};

/// Disks can grow, and be added behind those there are; what one holds stays.
Difference::Takes effort_for(const std::vector<DiskSize>& present, const std::vector<DiskSize>& wanted) {
  const bool only_more = present.size() <= wanted.size() &&
                         std::equal(present.begin(), present.end(), wanted.begin(), std::less_equal<>());
  return only_more ? Difference::Takes::stop : Difference::Takes::recreation;
}

void check_memory(const DescribedVm& wanted, const Template& source, const Memory& host) {
  const auto memory = wanted.shape.memory.value_or(source.memory);
  if (memory <= host) return;
  throw Error(ErrorKind::unavailable,
              fmt::format("VM {} asks for {} MB of memory; the host has {} MB", cited(wanted.name.str()),
                          memory.mib(), host.mib()),
              "Ask for less with mem= or --mem.");
}

const Template& require_template(const DescribedVm& wanted,
                                 const std::map<TemplateName, Template>& templates) {
  const auto found = templates.find(wanted.template_name);
  if (found != templates.end() && found->second.complete) return found->second;
  const Error error(ErrorKind::not_found,
                    fmt::format("there is no template {}", cited(wanted.template_name.str())),
                    "`vmtemplate -l` shows those there are; `vmtemplate --build` and `--import` make one.");
  throw at_template(wanted, error);
}

void check_name_is_free(const VmName& name, const World& world) {
  if (!world.held.contains(name)) return;
  throw Error(ErrorKind::conflict,
              fmt::format("the name {} is held by a machine of libvirt's that nocloud did not make",
                          cited(name.str())),
              "Choose another name, or remove that machine.");
}

/// With the ordinals that the group's type has not used yet, or that a killed run has left unfinished.
std::vector<DescribedVm> descriptions_of(const FurtherVms& further, const std::vector<VmSummary>& present,
                                         const Owner& caller) {
  std::set<VmName> used;
  for (const auto& vm : present) {
    if (vm.complete || vm.owner != caller) used.insert(vm.name);
  }
  std::vector<DescribedVm> vms;
  for (unsigned ordinal = 0; vms.size() < further.count.count(); ++ordinal) {
    auto name = unnamed_vm(further.group, further.type, further.template_name, ordinal);
    if (used.contains(name)) continue;
    vms.push_back({std::move(name), further.group, further.type, further.template_name, further.shape});
  }
  return vms;
}

/// The known VMs that are wanted, asked for several at once.
std::map<VmName, Vm> present_of(Hypervisor& host, const std::vector<DescribedVm>& wanted,
                                const std::set<VmName>& known) {
  std::vector<VmName> names;
  for (const auto& vm : wanted) {
    if (known.contains(vm.name)) names.push_back(vm.name);
  }
  std::vector<std::optional<Vm>> found(names.size());
  throw_first(in_parallel(names.size(), vms_at_once,
                          [&](std::size_t index) { found[index] = host.find_vm(names[index]); }));
  std::map<VmName, Vm> present;
  for (auto& vm : found) {
    if (!vm) continue;
    const auto name = vm->name;
    present.emplace(name, *std::move(vm));
  }
  return present;
}

/// A group is for those who have a VM in it: another caller may not add to it.
void check_groups(const InstantiateRequest& request, const World& world, const Owner& caller) {
  std::set<GroupName> groups;
  for (const auto& wanted : request.vms) groups.insert(wanted.group);
  for (const auto& vm : world.vms) {
    if (vm.owner == caller) groups.erase(vm.group);
  }
  for (const auto& vm : world.vms) {
    if (request.owner.accepts(vm.owner, caller) || !groups.contains(vm.group)) continue;
    throw another_owner(
        "group " + cited(vm.group.str()), vm.owner, caller,
        fmt::format(
            "Choose another group: another file name, or -g GROUP. To share it, give `vminstantiate {}`.",
            owner_option(vm.owner)));
  }
}

}  // namespace

std::optional<Vm> World::find(const VmName& name) const {
  const auto found = present.find(name);
  return found == present.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Difference> differences_of(const DescribedVm& wanted, const Vm& present,
                                       const std::optional<Template>& source,
                                       const InstantiateRequest& request) {
  Differences found;
  const auto& shape = wanted.shape;
  found.compare("type", present.type, wanted.type, Takes::stop);
  found.compare("template", present.template_name, wanted.template_name, Takes::recreation);
  if (source && present.base && present.template_name == source->name && present.base != source->base) {
    found.add("it is on an older image of its template", Takes::nothing);
  }
  if (shape.memory) found.compare("memory in MB", present.memory.mib(), shape.memory->mib(), Takes::stop);
  if (shape.cpus) found.compare("number of CPUs", present.cpus.count(), shape.cpus->count(), Takes::stop);
  if (present.disks != shape.disks) {
    found.compare("extra disks", disks_text(present.disks), disks_text(shape.disks),
                  effort_for(present.disks, shape.disks));
  }
  if (const auto networks = networks_of(present.nics); request.networks && networks) {
    found.compare("network", networks->str(), request.networks->str(), Takes::recreation);
  }
  if (request.virt_type) {
    found.compare("virtualisation", word_for(present.virt_type), word_for(*request.virt_type),
                  Takes::recreation);
  }
  const auto digest = request.user_data.empty() ? std::string() : hex(bytes_of(sha256(request.user_data)));
  if (!digest.empty() && digest != present.user_data_sha256) {
    found.add("it was made from other user-data", Takes::recreation);
  }
  return found.take();
}

void check_holder(const Vm& present, const GroupName& group, const Owner& caller,
                  const OwnerFilter& accepted) {
  if (present.owner != caller && !accepted.accepts(present.owner, caller)) {
    throw another_owner("VM " + cited(present.name.str()), present.owner, caller,
                        fmt::format("Choose another name. `vmrunning --state all {}` shows it.",
                                    owner_option(present.owner)));
  }
  if (present.group != group) {
    throw Error(ErrorKind::conflict,
                fmt::format("VM {} is in group {} already, so it can't be in {}", cited(present.name.str()),
                            cited(present.group.str()), cited(group.str())),
                "Choose another name, or remove it there first.");
  }
}

VmPlan plan_vm(const DescribedVm& wanted, const std::optional<Vm>& present, const Template& source,
               const InstantiateRequest& request, const Owner& caller) {
  if (!present) return {.change = Change::created};
  check_holder(*present, wanted.group, caller, request.owner);
  if (request.keeping) {
    check_known(*request.keeping, present->uuid, fmt::format("VM {}", cited(wanted.name.str())));
  }
  if (!present->complete) return {.change = Change::created};
  return {.change = !is_up(present->state) && request.start ? Change::started : Change::none,
          .differences = differences_of(wanted, *present, source, request)};
}

World look_around(const Context& context, InstantiateRequest& request) {
  auto& host = context.hypervisor;
  World world{.vms = host.vm_summaries(), .host_memory = host.host().memory};
  if (request.further) request.vms = descriptions_of(*request.further, world.vms, context.caller);
  std::set<VmName> known;
  for (const auto& vm : world.vms) known.insert(vm.name);
  for (const auto& wanted : request.vms) {
    if (!known.contains(wanted.name) && host.others_hold(wanted.name)) world.held.insert(wanted.name);
    if (world.templates.contains(wanted.template_name)) continue;
    if (auto found = host.find_template(wanted.template_name)) {
      world.templates.emplace(wanted.template_name, *std::move(found));
    }
  }
  world.present = present_of(host, request.vms, known);
  return world;
}

Error at_template(const DescribedVm& wanted, const Error& error) {
  return wanted.template_place ? error_at(*wanted.template_place, error) : error;
}

void check_templates(Hypervisor& hypervisor, const std::vector<DescribedVm>& made,
                     const std::map<TemplateName, Template>& templates) {
  MissingImages images(hypervisor);
  for (const auto& wanted : made) {
    const auto& source = require_template(wanted, templates);
    const auto missing = images.of(source);
    if (!missing.empty()) throw at_template(wanted, broken_template(source, missing));
  }
}

void check_request(const InstantiateRequest& request, const World& world, const Owner& caller) {
  check_groups(request, world, caller);
  power_state_of(request.user_data);  // for its refusals
  std::vector<NameClaim> claims;
  for (const auto& wanted : request.vms) {
    const auto& source = require_template(wanted, world.templates);
    check_memory(wanted, source, world.host_memory);
    check_name_is_free(wanted.name, world);
    claims.push_back(claim_of(wanted));
    plan_vm(wanted, world.find(wanted.name), source, request, caller);  // for its conflicts
  }
  std::vector<NameClaim> existing;
  for (const auto& vm : world.vms) {
    existing.push_back({vm.name, vm.group, vm.type, vm.template_name,
                        fmt::format("exists, owner {}", printable(vm.owner.str()))});
  }
  check_no_clash(claims, existing);
}

}  // namespace nocloud
