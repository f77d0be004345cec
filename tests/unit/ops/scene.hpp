#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "nocloud/base/file/file.hpp"
#include "nocloud/ops/context.hpp"
#include "nocloud/ops/converge/instantiate.hpp"
#include "nocloud/ops/vm/stop.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/fake_ssh.hpp"
#include "support/recording_reporter.hpp"
#include "support/refusal.hpp"

namespace nocloud::test {

inline const Owner eva{.user = "eva", .host = "here"};
inline const Owner bob{.user = "bob", .host = "here"};

/// The image of the template that every host of these tests has.
VolumeName base_image(char digit = 'a');
Template debian12();
/// A host with the template debian12, whole.
void furnish(FakeWorld& world);

/// One process on a host: its own connection, its caller's folders and locks. Guests answer over SSH.
class Process {
 public:
  Process(FakeWorld& world, const std::filesystem::path& home, Owner caller = eva);

  /// What operations are given; lives as long as this.
  const Context& context() const { return context_; }
  /// The same for a caller who has pressed ^C.
  Context interrupted() const;
  /// nocloud-fetch is on this machine.
  void can_download(Downloads downloads) { context_.downloads = std::move(downloads); }

  FakeHypervisor hypervisor;
  FakeSsh ssh;
  FakeClock clock;
  RecordingReporter reporter;
  Keyring keyring;

 private:
  Locks locks_;
  Context context_;
};

/// A host and somebody at it, for tests that need no more.
class Scene {
 public:
  Scene() { furnish(world); }

  Process another(Owner caller = eva) { return {world, home.path(), std::move(caller)}; }

  FakeWorld world;
  TemporaryFolder home;
  Process me{world, home.path()};
};

DescribedVm described(std::string_view name, VmShape shape = {});
/// web00, web01, …
std::vector<DescribedVm> webs(std::size_t count);
/// A request for them, emulated: without a trial of KVM.
InstantiateRequest request_for(std::vector<DescribedVm> vms);

/// instantiate(); throws the first error of any VM.
std::vector<InstantiatedVm> instantiate_all(const Context& context, const InstantiateRequest& request);
/// remove(), of all that the caller has; throws the first error of any VM.
std::vector<StoppedVm> remove_everything(const Context& context);

/// Names of the VMs there are, sorted.
std::vector<std::string> vm_names(const FakeWorld& world);
/// What no VM or template accounts for: volumes, addresses and DNS names.
std::vector<std::string> strays(const FakeWorld& world);
/// What keeps the VMs there are from being whole, running and apart from each other.
std::vector<std::string> flaws(const FakeWorld& world);
/// All that a command could have changed.
std::string snapshot_of(const FakeWorld& world);

}  // namespace nocloud::test
