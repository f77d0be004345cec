#pragma once

#include <atomic>
#include <csignal>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud {

/// The call of the port at which the process dies, counted from 1.
struct Death {
  enum class Moment { before, after } moment = Moment::before;
  unsigned call = 0;
};

/// A hypervisor that hands every call on, and kills the process right before or right after one of them.
class DyingHypervisor final : public Hypervisor {
  /// Dies at its end if that is the moment, also when the call has thrown.
  class Aftermath {
   public:
    explicit Aftermath(bool fatal) : fatal_(fatal) {}
    ~Aftermath() {
      if (fatal_) std::raise(SIGKILL);
    }
    Aftermath(const Aftermath&) = delete;
    Aftermath& operator=(const Aftermath&) = delete;

   private:
    bool fatal_;
  };

  template <class Call>
  auto around(Call&& call) {
    const bool fatal = ++calls_ == death_.call;
    if (fatal && death_.moment == Death::Moment::before) std::raise(SIGKILL);
    const Aftermath aftermath(fatal);
    return call();
  }

 public:
  DyingHypervisor(Hypervisor& real, Death death) : real_(real), death_(death) {}

  unsigned calls() const { return calls_; }

  HostPlace place() override { return real_.place(); }

  HostFacts host() override {
    return around([&] { return real_.host(); });
  }
  std::optional<unsigned> most_cpus(VirtType virt_type) override {
    return around([&] { return real_.most_cpus(virt_type); });
  }

  std::vector<Vm> vms() override {
    return around([&] { return real_.vms(); });
  }
  std::vector<VmSummary> vm_summaries() override {
    return around([&] { return real_.vm_summaries(); });
  }
  std::vector<HeldName> held_names() override {
    return around([&] { return real_.held_names(); });
  }
  std::vector<Unreadable> unreadable(const std::set<std::string>& readable) override {
    return around([&] { return real_.unreadable(readable); });
  }
  VolumeUse use_of(const std::set<VolumeName>& volumes, const std::set<VmName>& except) override {
    return around([&] { return real_.use_of(volumes, except); });
  }
  std::optional<Vm> find_vm(const VmName& name) override {
    return around([&] { return real_.find_vm(name); });
  }
  bool others_hold(const VmName& name) override {
    return around([&] { return real_.others_hold(name); });
  }
  std::string define_vm(const VmDefinition& definition) override {
    return around([&] { return real_.define_vm(definition); });
  }
  void redefine_vm(const std::string& uuid, const VmDefinition& definition) override {
    around([&] { real_.redefine_vm(uuid, definition); });
  }
  void require_own_disks(const VmName& name) override {
    around([&] { real_.require_own_disks(name); });
  }
  void pull_base(const VmName& name, const CopyProgress& progress, const std::stop_token& stop) override {
    around([&] { real_.pull_base(name, progress, stop); });
  }
  void complete_vm(const VmName& name) override {
    around([&] { real_.complete_vm(name); });
  }
  void reopen_vm(const VmName& name) override {
    around([&] { real_.reopen_vm(name); });
  }
  void set_unconfirmed(const VmName& name, const std::string& run) override {
    around([&] { real_.set_unconfirmed(name, run); });
  }
  bool undefine_vm(const VmName& name) override {
    return around([&] { return real_.undefine_vm(name); });
  }
  Beginning start_vm(const VmName& name, StartMode mode) override {
    return around([&] { return real_.start_vm(name, mode); });
  }
  bool set_clock(const VmName& name, std::chrono::system_clock::time_point time) override {
    return around([&] { return real_.set_clock(name, time); });
  }
  void shut_down_vm(const VmName& name) override {
    around([&] { real_.shut_down_vm(name); });
  }
  void force_off_vm(const VmName& name) override {
    around([&] { real_.force_off_vm(name); });
  }
  std::optional<Ipv4Address> find_address(const VmName& name, const MacAddress& mac) override {
    return around([&] { return real_.find_address(name, mac); });
  }
  ScreenPlace open_screen(const VmName& name, const std::string& password) override {
    return around([&] { return real_.open_screen(name, password); });
  }
  std::string screenshot(const VmName& name) override {
    return around([&] { return real_.screenshot(name); });
  }
  std::unique_ptr<Subscription> subscribe(DomainListener listener) override {
    return around([&] { return real_.subscribe(std::move(listener)); });
  }

  std::vector<Snapshot> snapshots(const VmName& vm) override {
    return around([&] { return real_.snapshots(vm); });
  }
  void take_snapshot(const VmName& vm, const SnapshotName& name) override {
    around([&] { real_.take_snapshot(vm, name); });
  }
  void revert_to_snapshot(const VmName& vm, const std::string& name) override {
    around([&] { real_.revert_to_snapshot(vm, name); });
  }
  bool delete_snapshot(const VmName& vm, const std::string& name) override {
    return around([&] { return real_.delete_snapshot(vm, name); });
  }

  std::vector<Template> templates() override {
    return around([&] { return real_.templates(); });
  }
  std::optional<Template> find_template(const TemplateName& name) override {
    return around([&] { return real_.find_template(name); });
  }
  void define_template(const Template& definition) override {
    around([&] { real_.define_template(definition); });
  }
  void redefine_template(const Template& definition) override {
    around([&] { real_.redefine_template(definition); });
  }
  bool undefine_template(const TemplateName& name) override {
    return around([&] { return real_.undefine_template(name); });
  }

  std::vector<VolumeName> volume_names() override {
    return around([&] { return real_.volume_names(); });
  }
  void refresh_volumes() override {
    around([&] { real_.refresh_volumes(); });
  }
  std::vector<Error> refresh_other_pools() override {
    return around([&] { return real_.refresh_other_pools(); });
  }
  std::optional<std::uint64_t> free_bytes() override {
    return around([&] { return real_.free_bytes(); });
  }
  std::optional<Volume> find_volume(const VolumeName& name) override {
    return around([&] { return real_.find_volume(name); });
  }
  void create_volume(const NewVolume& volume) override {
    around([&] { real_.create_volume(volume); });
  }
  void create_overlay(const VolumeName& name, const VolumeName& base) override {
    around([&] { real_.create_overlay(name, base); });
  }
  void upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source) override {
    around([&] { real_.upload(name, bytes, source); });
  }
  std::string read_volume(const VolumeName& name, std::uint64_t offset, std::size_t most) override {
    return around([&] { return real_.read_volume(name, offset, most); });
  }
  void grow_volume(const VolumeName& name, std::uint64_t capacity_bytes) override {
    around([&] { real_.grow_volume(name, capacity_bytes); });
  }
  void download(const VolumeName& name, const ByteSink& sink) override {
    around([&] { real_.download(name, sink); });
  }
  std::optional<VolumeName> base_of(const VolumeName& name) override {
    return around([&] { return real_.base_of(name); });
  }
  bool delete_volume(const VolumeName& name) override {
    return around([&] { return real_.delete_volume(name); });
  }

  std::optional<Network> find_network(const NetworkName& name) override {
    return around([&] { return real_.find_network(name); });
  }
  HostInterface find_interface(const BridgeName& name) override {
    return around([&] { return real_.find_interface(name); });
  }
  std::vector<Ipv4Subnet> subnets_in_use() override {
    return around([&] { return real_.subnets_in_use(); });
  }
  std::vector<Ipv4Subnet> routed_subnets() override {
    return around([&] { return real_.routed_subnets(); });
  }
  void define_network(const NetworkPlan& plan) override {
    around([&] { real_.define_network(plan); });
  }
  bool start_network(const NetworkName& name) override {
    return around([&] { return real_.start_network(name); });
  }
  bool undefine_network(const NetworkName& name) override {
    return around([&] { return real_.undefine_network(name); });
  }
  bool claim_address(const NetworkName& network, const AddressClaim& claim, DhcpEffect effect) override {
    return around([&] { return real_.claim_address(network, claim, effect); });
  }
  bool release_address(const NetworkName& network, const VmName& name) override {
    return around([&] { return real_.release_address(network, name); });
  }
  void publish_name(const NetworkName& network, const VmName& name, Ipv4Address address) override {
    around([&] { real_.publish_name(network, name, address); });
  }
  bool withdraw_name(const NetworkName& network, const VmName& name) override {
    return around([&] { return real_.withdraw_name(network, name); });
  }
  std::vector<Lease> leases(const NetworkName& network) override {
    return around([&] { return real_.leases(network); });
  }

  bool trial_boot(const TrialBoot& trial, std::chrono::milliseconds limit,
                  const std::stop_token& stop) override {
    return around([&] { return real_.trial_boot(trial, limit, stop); });
  }

 private:
  Hypervisor& real_;
  Death death_;
  std::atomic<unsigned> calls_ = 0;
};

}  // namespace nocloud
