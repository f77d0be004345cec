#include "nocloud/virt/libvirt/adapter/hypervisor.hpp"

#include "nocloud/virt/libvirt/console/screen.hpp"
#include "nocloud/virt/libvirt/console/trial.hpp"
#include "nocloud/virt/libvirt/domain/call_watch.hpp"
#include "nocloud/virt/libvirt/domain/events.hpp"
#include "nocloud/virt/libvirt/domain/pull.hpp"
#include "nocloud/virt/libvirt/domain/snapshots.hpp"
#include "nocloud/virt/libvirt/domain/templates.hpp"
#include "nocloud/virt/libvirt/domain/unreadable.hpp"
#include "nocloud/virt/libvirt/domain/vms.hpp"
#include "nocloud/virt/libvirt/domain/volume_use.hpp"
#include "nocloud/virt/libvirt/network/networks.hpp"
#include "nocloud/virt/libvirt/pulse.hpp"
#include "nocloud/virt/libvirt/storage/other_pools.hpp"
#include "nocloud/virt/libvirt/storage/volumes.hpp"

namespace nocloud {
namespace {

std::unique_ptr<LibvirtPulse> pulse_of(const LibvirtTarget& target) {
  const auto place = read_connection_uri(target.uri);
  if (!target.on_silence || !place.local || place.pretended) return nullptr;
  return std::make_unique<LibvirtPulse>(target.uri, target.on_silence);
}

/// The port's one implementation for real hosts; every call goes to the part that it is about.
class LibvirtHypervisor final : public Hypervisor {
 public:
  explicit LibvirtHypervisor(const LibvirtTarget& target)
      : pulse_(pulse_of(target)),
        connection_(target.uri),
        calls_(connection_.uri(), target.on_guest_wait),
        pool_(connection_, target.pool) {}

  HostPlace place() override { return host_.place(); }
  HostFacts host() override { return host_.facts(); }
  std::optional<unsigned> most_cpus(VirtType virt_type) override { return host_.most_cpus(virt_type); }

  std::vector<Vm> vms() override { return vms_.all(); }
  std::vector<VmSummary> vm_summaries() override { return vms_.summaries(); }
  std::vector<HeldName> held_names() override { return vms_.held_names(); }
  std::vector<Unreadable> unreadable(const std::set<std::string>& readable) override {
    return unreadable_domains(connection_, readable);
  }
  VolumeUse use_of(const std::set<VolumeName>& volumes, const std::set<VmName>& except) override {
    return volume_use(connection_, pool_.path(), volumes, except);
  }
  std::optional<Vm> find_vm(const VmName& name) override { return vms_.find(name); }
  bool others_hold(const VmName& name) override { return vms_.others_hold(name); }
  std::string define_vm(const VmDefinition& definition) override { return vms_.define(definition); }
  void redefine_vm(const std::string& uuid, const VmDefinition& definition) override {
    calls_.during(definition.name, [&] { vms_.redefine(uuid, definition); });
  }
  void require_own_disks(const VmName& name) override { vms_.require_own_disks(name); }
  void pull_base(const VmName& name, const CopyProgress& progress, const std::stop_token& stop) override {
    calls_.during(name, [&] { pull_base_on(connection_, vms_, volumes_, {name, progress, stop}); });
  }
  void complete_vm(const VmName& name) override {
    calls_.during(name, [&] { vms_.mark(name, Completeness::whole); });
  }
  void reopen_vm(const VmName& name) override {
    calls_.during(name, [&] { vms_.mark(name, Completeness::unfinished); });
  }
  void set_unconfirmed(const VmName& name, const std::string& run) override {
    calls_.during(name, [&] { vms_.set_unconfirmed(name, run); });
  }
  bool undefine_vm(const VmName& name) override {
    return calls_.during(name, [&] { return vms_.undefine(name); });
  }
  Beginning start_vm(const VmName& name, StartMode mode) override {
    return calls_.during(name, [&] { return vms_.start(name, mode); });
  }
  bool set_clock(const VmName& name, std::chrono::system_clock::time_point time) override {
    return calls_.during(name, [&] { return vms_.set_clock(name, time); });
  }
  void shut_down_vm(const VmName& name) override { vms_.shut_down(name); }
  void force_off_vm(const VmName& name) override { vms_.force_off(name); }
  std::optional<Ipv4Address> find_address(const VmName& name, const MacAddress& mac) override {
    return calls_.during(name, [&] { return vms_.find_address(name, mac); });
  }
  ScreenPlace open_screen(const VmName& name, const std::string& password) override {
    return calls_.during(name, [&] { return open_screen_on(connection_, vms_, name, password); });
  }
  std::string screenshot(const VmName& name) override {
    return calls_.during(name, [&] { return screenshot_on(connection_, vms_, name); });
  }
  std::unique_ptr<Subscription> subscribe(DomainListener listener) override {
    return subscribe_at(connection_.uri(), std::move(listener));
  }

  std::vector<Snapshot> snapshots(const VmName& vm) override {
    return calls_.during(vm, [&] { return snapshots_.all(vm); });
  }
  void take_snapshot(const VmName& vm, const SnapshotName& name) override {
    calls_.during(vm, [&] { snapshots_.take(vm, name); });
  }
  void revert_to_snapshot(const VmName& vm, const std::string& name) override {
    calls_.during(vm, [&] { snapshots_.revert(vm, name); });
  }
  bool delete_snapshot(const VmName& vm, const std::string& name) override {
    return calls_.during(vm, [&] { return snapshots_.remove(vm, name); });
  }

  std::vector<Template> templates() override { return templates_.all(); }
  std::optional<Template> find_template(const TemplateName& name) override { return templates_.find(name); }
  void define_template(const Template& definition) override { templates_.define(definition); }
  void redefine_template(const Template& definition) override { templates_.redefine(definition); }
  bool undefine_template(const TemplateName& name) override { return templates_.undefine(name); }

  std::vector<VolumeName> volume_names() override { return volumes_.names(); }
  void refresh_volumes() override { volumes_.refresh(); }
  std::vector<Error> refresh_other_pools() override { return refresh_pools_beside(connection_, pool_); }
  std::optional<std::uint64_t> free_bytes() override { return volumes_.free_bytes(); }
  std::optional<Volume> find_volume(const VolumeName& name) override { return volumes_.find(name); }
  void create_volume(const NewVolume& volume) override { volumes_.create(volume); }
  void create_overlay(const VolumeName& name, const VolumeName& base) override {
    volumes_.create_overlay(name, base);
  }
  void grow_volume(const VolumeName& name, std::uint64_t capacity_bytes) override {
    volumes_.grow(name, capacity_bytes);
  }
  void upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source) override {
    volumes_.upload(name, bytes, source);
  }
  std::string read_volume(const VolumeName& name, std::uint64_t offset, std::size_t most) override {
    return volumes_.read(name, offset, most);
  }
  void download(const VolumeName& name, const ByteSink& sink) override { volumes_.download(name, sink); }
  std::optional<VolumeName> base_of(const VolumeName& name) override { return volumes_.base_of(name); }
  bool delete_volume(const VolumeName& name) override { return volumes_.remove(name); }

  std::optional<Network> find_network(const NetworkName& name) override { return networks_.find(name); }
  HostInterface find_interface(const BridgeName& name) override { return networks_.find_interface(name); }
  std::vector<Ipv4Subnet> subnets_in_use() override { return networks_.subnets_in_use(); }
  std::vector<Ipv4Subnet> routed_subnets() override { return networks_.routed_subnets(); }
  void define_network(const NetworkPlan& plan) override { networks_.define(plan); }
  bool start_network(const NetworkName& name) override { return networks_.start(name); }
  bool undefine_network(const NetworkName& name) override { return networks_.undefine(name); }
  bool claim_address(const NetworkName& network, const AddressClaim& claim, DhcpEffect effect) override {
    return networks_.claim_address(network, claim, effect);
  }
  bool release_address(const NetworkName& network, const VmName& name) override {
    return networks_.release_address(network, name);
  }
  void publish_name(const NetworkName& network, const VmName& name, Ipv4Address address) override {
    networks_.publish_name(network, name, address);
  }
  bool withdraw_name(const NetworkName& network, const VmName& name) override {
    return networks_.withdraw_name(network, name);
  }
  std::vector<Lease> leases(const NetworkName& network) override { return networks_.leases(network); }

  bool trial_boot(const TrialBoot& trial, std::chrono::milliseconds limit,
                  const std::stop_token& stop) override {
    return trial_boot_on(connection_, host_, trial, limit, stop);
  }

 private:
  /// Before the connection, whose opening and closing may hang, too.
  std::unique_ptr<LibvirtPulse> pulse_;
  Connection connection_;
  LibvirtCallWatch calls_;
  LibvirtPool pool_;
  LibvirtHost host_{connection_, pool_};
  LibvirtVms vms_{connection_, host_};
  LibvirtSnapshots snapshots_{connection_, vms_};
  LibvirtTemplates templates_{connection_, host_};
  LibvirtVolumes volumes_{connection_, pool_};
  LibvirtNetworks networks_{connection_};
};

}  // namespace

std::unique_ptr<Hypervisor> connect_libvirt(const LibvirtTarget& target) {
  return std::make_unique<LibvirtHypervisor>(target);
}

}  // namespace nocloud
