#include "contract/adapter.hpp"
#include "support/fake_hypervisor.hpp"

namespace nocloud::test {
namespace {

class FakeAdapter final : public Adapter {
 public:
  Hypervisor& hypervisor() override { return hypervisor_; }
  std::unique_ptr<Hypervisor> second_connection() override {
    return std::make_unique<FakeHypervisor>(world_);
  }
  const std::string& prefix() const override { return prefix_; }
  std::string_view lacks(std::string_view call) const override {
    const bool of_devices = call == "devices" || call == "arguments";
    return of_devices ? "domains of the fake have no devices" : "";
  }

  void add_foreign_domain(const std::string& name) override {
    world_.domains.emplace(name, FakeWorld::Domain{.uuid = "somebody else's"});
  }
  void give_disk(const std::string& domain, const VolumeName& volume) override {
    world_.domain(domain).volumes.insert(volume);
  }
  void swap_disk(const VmName& vm, const VolumeName& volume) override {
    world_.domain(vm.str()).volumes.insert(volume);
  }
  void attach_device(const std::string& /*domain*/, const std::string& /*xml*/) override {}
  std::string definition_xml(const std::string& /*domain*/) override { return {}; }
  void give_loose_disk(const std::string& domain, const std::string& path) override {
    world_.loose_disks.push_back({.path = path, .description = domain});
  }
  void give_argument(const std::string& /*domain*/, const std::string& /*value*/) override {}
  void add_layer_elsewhere(const VolumeName& base) override { world_.bases_elsewhere.insert(base); }
  void remove_folder_elsewhere() override {
    world_.stale.emplace_back(ErrorKind::failed, "the folder of the storage pool 'other' is gone");
  }
  bool elsewhere_is_active() override { return true; }
  void put_layer_elsewhere(const VolumeName& base) override { world_.unseen_bases_elsewhere.insert(base); }
  void make_unreadable(const std::string& domain) override {
    world_.domain(domain).unreadable = "'ignition' is unknown";
  }
  void rename_domain(const std::string& name, const std::string& other) override {
    world_.rename(name, other);
  }
  void take_foreign_snapshot(const VmName& vm, const std::string& name) override {
    auto& domain = world_.domain(vm.str());
    domain.snapshots.push_back({.snapshot = {.name = name}, .vm = *domain.vm, .state = domain.state});
  }
  void remove_file(const VolumeName& volume) override { world_.volumes.erase(volume); }
  void remove_folder() override { world_.volumes.clear(); }
  std::vector<std::string> domain_names() override {
    std::vector<std::string> names;
    for (const auto& [name, domain] : world_.domains) names.push_back(name);
    return names;
  }
  void take_port(std::uint16_t port) override { world_.taken_ports.insert(port); }
  void stop_network(const NetworkName& name) override { world_.networks.at(name).network.active = false; }
  std::map<std::string, std::string> published(const NetworkName& name) override {
    std::map<std::string, std::string> names;
    for (const auto& [vm, address] : world_.networks.at(name).names) names.emplace(vm.str(), address.str());
    return names;
  }

 private:
  FakeWorld world_;
  FakeHypervisor hypervisor_{world_};
  std::string prefix_ = "contract-";
};

}  // namespace

std::unique_ptr<Adapter> make_fake_adapter() {
  return std::make_unique<FakeAdapter>();
}

}  // namespace nocloud::test
