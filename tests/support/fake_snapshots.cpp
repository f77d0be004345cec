#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "support/fake_hypervisor.hpp"

namespace nocloud::test {
namespace {

using Kept = FakeWorld::KeptVm;

std::vector<Kept>::iterator find_kept(FakeWorld::Domain& domain, const std::string& name) {
  return std::ranges::find(domain.snapshots, name, [](const Kept& kept) { return kept.snapshot.name; });
}

void make_current(FakeWorld::Domain& domain, const std::string& name) {
  for (auto& kept : domain.snapshots) kept.snapshot.current = kept.snapshot.name == name;
}

}  // namespace

std::vector<Snapshot> FakeHypervisor::snapshots(const VmName& vm) {
  return call("snapshots", vm.str(), [&] {
    std::vector<Snapshot> snapshots;
    for (const auto& kept : existing_vm(vm).snapshots) snapshots.push_back(kept.snapshot);
    return snapshots;
  });
}

void FakeHypervisor::take_snapshot(const VmName& vm, const SnapshotName& name) {
  call("take_snapshot", vm.str(), [&] {
    auto& domain = existing_vm(vm);
    if (find_kept(domain, name.str()) != domain.snapshots.end()) {
      throw Error(ErrorKind::conflict, fmt::format("VM '{}' has a snapshot '{}' already", vm, name),
                  "Choose another name, or delete that one.");
    }
    domain.snapshots.push_back(
        {.snapshot = {.name = name.str(), .taken = std::time(nullptr), .with_memory = is_up(domain.state)},
         .vm = *domain.vm,
         .state = domain.state});
    make_current(domain, name.str());
  });
}

void FakeHypervisor::revert_to_snapshot(const VmName& vm, const std::string& name) {
  call("revert_to_snapshot", vm.str(), [&] {
    auto& domain = existing_vm(vm);
    const auto kept = find_kept(domain, name);
    if (kept == domain.snapshots.end()) {
      throw Error(ErrorKind::not_found, fmt::format("VM '{}' has no snapshot '{}'", vm, name));
    }
    domain.vm = kept->vm;
    domain.state = kept->state;
    make_current(domain, name);
  });
}

bool FakeHypervisor::delete_snapshot(const VmName& vm, const std::string& name) {
  return call("delete_snapshot", vm.str(), [&] {
    auto& domain = existing_vm(vm);
    const auto kept = find_kept(domain, name);
    if (kept == domain.snapshots.end()) return false;
    domain.snapshots.erase(kept);
    return true;
  });
}

}  // namespace nocloud::test
