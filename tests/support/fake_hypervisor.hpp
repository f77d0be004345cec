#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/base/error.hpp"
#include "support/fake_world.hpp"

namespace nocloud::test {

/// What a killed process "throws": no Error and no std::exception, so that nothing in the product catches it.
struct Crashed {};

/// A Hypervisor in memory that can be made to fail, or to die, at any of its calls.
class FakeHypervisor final : public Hypervisor {
 public:
  enum class Moment { before_effect, after_effect };

  explicit FakeHypervisor(FakeWorld& world) : world_(world) {}

  /// Makes the n-th call (from 1, of this object) throw.
  void fail_at(std::size_t call, Error error, Moment moment = Moment::before_effect);
  /// Makes the next call of this name throw: "start_vm".
  void fail_next(const std::string& name, Error error, Moment moment = Moment::before_effect);
  /// Lets another process act before the next call of this name; it changes the world directly.
  void before_next(const std::string& name, std::function<void()> act);
  /// Lets the process die at its n-th call, which throws Crashed. The destructors that run after that, as
  /// they would not in a killed process, can change nothing: all they get is Error{unavailable}.
  void crash_at(std::size_t call, Moment moment);
  /// Every call so far, in order: "start_vm web00".
  std::vector<std::string> calls() const;
  std::size_t count_of(std::string_view name) const;

  HostPlace place() override;
  HostFacts host() override;
  std::optional<unsigned> most_cpus(VirtType virt_type) override;
  std::vector<Vm> vms() override;
  std::vector<VmSummary> vm_summaries() override;
  std::vector<HeldName> held_names() override;
  std::vector<Unreadable> unreadable(const std::set<std::string>& readable) override;
  VolumeUse use_of(const std::set<VolumeName>& volumes, const std::set<VmName>& except) override;
  std::optional<Vm> find_vm(const VmName& name) override;
  bool others_hold(const VmName& name) override;
  std::string define_vm(const VmDefinition& definition) override;
  void redefine_vm(const std::string& uuid, const VmDefinition& definition) override;
  void require_own_disks(const VmName& name) override;
  void pull_base(const VmName& name, const CopyProgress& progress, const std::stop_token& stop) override;
  void complete_vm(const VmName& name) override;
  void reopen_vm(const VmName& name) override;
  void set_unconfirmed(const VmName& name, const std::string& run) override;
  bool undefine_vm(const VmName& name) override;
  Beginning start_vm(const VmName& name, StartMode mode) override;
  bool set_clock(const VmName& name, std::chrono::system_clock::time_point time) override;
  void shut_down_vm(const VmName& name) override;
  void force_off_vm(const VmName& name) override;
  std::optional<Ipv4Address> find_address(const VmName& name, const MacAddress& mac) override;
  ScreenPlace open_screen(const VmName& name, const std::string& password) override;
  std::string screenshot(const VmName& name) override;
  std::unique_ptr<Subscription> subscribe(DomainListener listener) override;

  std::vector<Snapshot> snapshots(const VmName& vm) override;
  void take_snapshot(const VmName& vm, const SnapshotName& name) override;
  void revert_to_snapshot(const VmName& vm, const std::string& name) override;
  bool delete_snapshot(const VmName& vm, const std::string& name) override;

  std::vector<Template> templates() override;
  std::optional<Template> find_template(const TemplateName& name) override;
  void define_template(const Template& definition) override;
  void redefine_template(const Template& definition) override;
  bool undefine_template(const TemplateName& name) override;

  std::vector<VolumeName> volume_names() override;
  void refresh_volumes() override;
  std::vector<Error> refresh_other_pools() override;
  std::optional<std::uint64_t> free_bytes() override;
  std::optional<Volume> find_volume(const VolumeName& name) override;
  void create_volume(const NewVolume& volume) override;
  void create_overlay(const VolumeName& name, const VolumeName& base) override;
  void grow_volume(const VolumeName& name, std::uint64_t capacity_bytes) override;
  void upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source) override;
  std::string read_volume(const VolumeName& name, std::uint64_t offset, std::size_t most) override;
  void download(const VolumeName& name, const ByteSink& sink) override;
  std::optional<VolumeName> base_of(const VolumeName& name) override;
  bool delete_volume(const VolumeName& name) override;

  std::optional<Network> find_network(const NetworkName& name) override;
  HostInterface find_interface(const BridgeName& name) override;
  std::vector<Ipv4Subnet> subnets_in_use() override;
  std::vector<Ipv4Subnet> routed_subnets() override;
  void define_network(const NetworkPlan& plan) override;
  bool start_network(const NetworkName& name) override;
  bool undefine_network(const NetworkName& name) override;
  bool claim_address(const NetworkName& network, const AddressClaim& claim, DhcpEffect effect) override;
  bool release_address(const NetworkName& network, const VmName& name) override;
  void publish_name(const NetworkName& network, const VmName& name, Ipv4Address address) override;
  bool withdraw_name(const NetworkName& network, const VmName& name) override;
  std::vector<Lease> leases(const NetworkName& network) override;

  bool trial_boot(const TrialBoot& trial, std::chrono::milliseconds limit,
                  const std::stop_token& stop) override;

 private:
  struct Failure {
    Error error;
    Moment moment;
  };
  struct Crash {
    std::size_t call;
    Moment moment;
  };

  /// Counts and logs a call, lets it have its effect on the world while nobody else has one, and fails where
  /// it was told to.
  template <class Effect>
  auto call(const std::string& name, std::string_view about, const Effect& effect) {
    const std::scoped_lock lock(world_.mutex);
    const auto failure = enter(name, about);
    if constexpr (std::is_void_v<decltype(effect())>) {
      effect();
      leave(failure);
    } else {
      auto result = effect();
      leave(failure);
      return result;
    }
  }
  std::optional<Failure> enter(const std::string& name, std::string_view about);
  void leave(const std::optional<Failure>& failure);
  std::optional<Failure> failure_of(const std::string& name);

  std::string new_uuid();
  FakeWorld::Domain* vm_domain(const VmName& name);
  FakeWorld::Domain& existing_vm(const VmName& name);
  FakeWorld::Domain* template_domain_of(const TemplateName& name);
  FakeWorld::Net* net(const NetworkName& name);
  FakeWorld::Net& existing_net(const NetworkName& name);
  void turn_off(const VmName& name, FakeWorld::Domain& domain);
  FakeWorld::Domain& domain_with_screen(const VmName& name);
  void require_board(const VmDefinition& definition) const;
  void require_parts(const VmDefinition& definition);
  void require_free_ports(const VmDefinition& definition);

  FakeWorld& world_;
  std::vector<std::string> calls_;
  std::map<std::size_t, Failure> failures_;
  std::map<std::string, Failure> next_failures_;
  std::map<std::string, std::function<void()>> next_acts_;
  std::optional<Crash> crash_;
  bool crashed_ = false;
};

}  // namespace nocloud::test
