#include "terraform_shim/provider/resources/vm_listing.hpp"

#include <set>

#include "nocloud/ops/survey/unreadable_vm.hpp"

namespace nocloud::terraform {
namespace {

using namespace std::chrono_literals;

constexpr auto good_for = 2s;

}  // namespace

void VmListing::refresh(const Context& context) {
  if (listed_at_ && context.clock.now() - *listed_at_ < good_for) return;
  vms_.clear();
  Locator locator(context.hypervisor);
  std::vector<LocatedSummary> ours;
  std::set<std::string> readable;
  for (auto& vm : context.hypervisor.vms()) {
    readable.insert(vm.uuid);
    auto located = locator.locate(std::move(vm));
    if (located.vm.owner == context.caller) ours.push_back(in_short(located));
    vms_.emplace(located.vm.name, std::move(located));
  }
  unreadable_ = context.hypervisor.unreadable(readable);
  std::erase_if(unreadable_, [](const auto& found) { return found.kind != Unreadable::Kind::vm; });
  access_ = ssh_access_to(context, ours);
  listed_at_ = context.clock.now();
}

std::optional<LocatedVm> VmListing::find(const Context& context, const VmName& name) {
  const std::lock_guard lock(mutex_);
  refresh(context);
  for (const auto& other : unreadable_) {
    if (other.name == name.str()) throw Error(other.error);
  }
  const auto found = vms_.find(name);
  return found == vms_.end() ? std::nullopt : std::optional(found->second);
}

void VmListing::refuse_unreadable(const Context& context, const Thing& vm) {
  const std::lock_guard lock(mutex_);
  refresh(context);
  nocloud::refuse_unreadable(unreadable_, vm.name, vm.uuid);
}

std::optional<Owner> VmListing::other_owner_of(const Context& context, const GroupName& group) {
  const std::lock_guard lock(mutex_);
  refresh(context);
  std::optional<Owner> other;
  for (const auto& [name, located] : vms_) {
    if (located.vm.group != group) continue;
    if (located.vm.owner == context.caller) return std::nullopt;
    other = located.vm.owner;
  }
  return other;
}

std::vector<LocatedVm> VmListing::all(const Context& context) {
  const std::lock_guard lock(mutex_);
  refresh(context);
  warn_of(context.reporter, unreadable_);
  std::vector<LocatedVm> vms;
  for (const auto& [name, located] : vms_) vms.push_back(located);
  return vms;
}

SshAccess VmListing::access(const Context& context) {
  const std::lock_guard lock(mutex_);
  refresh(context);
  return access_;
}

void VmListing::forget() {
  const std::lock_guard lock(mutex_);
  listed_at_.reset();
}

}  // namespace nocloud::terraform
