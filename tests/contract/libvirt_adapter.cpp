#include <array>
#include <cstdlib>
#include <filesystem>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/adapter.hpp"
#include "contract/libvirt_world.hpp"
#include "nocloud/base/error.hpp"
#include "nocloud/base/file/fd.hpp"
#include "nocloud/virt/libvirt/adapter/hypervisor.hpp"
#include "nocloud/virt/xml/network_xml.hpp"

namespace nocloud::test {
namespace {

struct Lack {
  std::string_view call;
  std::string_view reason;
};

/// What libvirt's pretended host can't do; the cases about it count as not run.
constexpr std::array test_driver_lacks{
    Lack{"start_vm paused", "test:/// starts no domain paused"},
    Lack{"start_vm ports", "test:/// forwards no ports"},
    Lack{"start_vm console", "test:/// has no consoles"},
    Lack{"grow_volume", "test:/// has no virStorageVolResize"},
    Lack{"upload", "volumes of test:/// have no content"},
    Lack{"read_volume", "volumes of test:/// have no content"},
    Lack{"arguments", "test:/// gives QEMU no arguments"},
    Lack{"base_of", "test:/// forgets what a volume lies over"},
    Lack{"remove_file", "volumes of test:/// have no files"},
    Lack{"pull_base", "test:/// has no virDomainBlockPull"},
    Lack{"open_screen", "test:/// has no screens, only a picture of one"},
    Lack{"leases", "test:/// has no virNetworkGetDHCPLeases"},
    Lack{"find_address none", "test:/// invents an address for every NIC"},
    Lack{"trial_boot", "test:/// has no consoles"},
};

class LibvirtAdapter : public Adapter {
 public:
  explicit LibvirtAdapter(std::string uri)
      : uri_(std::move(uri)),
        world_(uri_),
        prefix_(fmt::format("nct{:x}-", ::getpid())),
        pool_("nocloud-" + prefix_ + "pool"),
        hypervisor_(connect()) {}
  ~LibvirtAdapter() override {
    world_.remove_domains(prefix_);
    world_.remove_networks(prefix_);
    world_.remove_pool(pool_ + "-other");
    world_.remove_pool(pool_);
  }
  LibvirtAdapter(const LibvirtAdapter&) = delete;
  LibvirtAdapter& operator=(const LibvirtAdapter&) = delete;

  Hypervisor& hypervisor() override { return *hypervisor_; }
  std::unique_ptr<Hypervisor> second_connection() override { return connect(); }
  const std::string& prefix() const override { return prefix_; }

  void add_foreign_domain(const std::string& name) override { world_.define_foreign(name); }
  void give_disk(const std::string& domain, const VolumeName& volume) override {
    world_.change_domain(domain, "<devices>",
                         fmt::format("<devices><disk type='file' device='disk'><source file='/{}/{}'/>"
                                     "<target dev='vdz' bus='virtio'/></disk>",
                                     pool_, volume));
  }
  void swap_disk(const VmName& vm, const VolumeName& volume) override {
    world_.change_domain(vm.str(), fmt::format("/{}'", overlay_of(vm)), fmt::format("/{}'", volume));
  }
  void attach_device(const std::string& domain, const std::string& xml) override {
    world_.change_domain(domain, "<devices>", "<devices>" + xml);
  }
  std::string definition_xml(const std::string& domain) override { return world_.domain_xml(domain); }
  void give_loose_disk(const std::string& domain, const std::string& path) override {
    world_.change_domain(
        domain, "<devices>",
        fmt::format("<devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                    "<source file='{}'/><target dev='vdy' bus='virtio'/></disk>",
                    path));
  }
  void add_layer_elsewhere(const VolumeName& base) override {
    world_.add_layer(pool_ + "-other", world_.volume_path(pool_, base.str()));
  }
  void give_argument(const std::string& domain, const std::string& value) override {
    world_.change_domain(domain, "</domain>",
                         fmt::format("<commandline xmlns='http://libvirt.org/schemas/domain/qemu/1.0'>"
                                     "<arg value='-drive'/><arg value='{}'/></commandline></domain>",
                                     value));
  }
  void put_layer_elsewhere(const VolumeName& base) override {
    // As long as libvirt does not look, it knows nothing of the second file.
    add_layer_elsewhere(base);
    const auto folder = world_.pool_folder(pool_ + "-other");
    std::filesystem::copy_file(folder / "layer.qcow2", folder / "unseen.qcow2");
    world_.delete_volume(pool_ + "-other", "layer.qcow2");
  }
  void remove_folder_elsewhere() override {
    std::filesystem::remove_all(world_.pool_folder(pool_ + "-other"));
  }
  bool elsewhere_is_active() override { return world_.is_pool_active(pool_ + "-other"); }
  void make_unreadable(const std::string& domain) override {
    world_.change_domain(domain, "init=\"none\"", "init=\"ignition\"");
  }
  void rename_domain(const std::string& name, const std::string& other) override {
    world_.rename_domain(name, other);
  }
  void take_foreign_snapshot(const VmName& vm, const std::string& name) override {
    world_.take_snapshot(vm.str(), name);
  }
  void remove_file(const VolumeName& volume) override {
    std::filesystem::remove(world_.pool_folder(pool_) / volume.str());
  }
  void remove_folder() override { std::filesystem::remove_all(world_.pool_folder(pool_)); }
  std::vector<std::string> domain_names() override { return world_.domain_names(); }
  void take_port(std::uint16_t port) override {
    Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool taken =
        ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
        ::listen(listener.get(), 1) == 0;
    if (!taken) throw system_error("cannot take a port");
    listeners_.push_back(std::move(listener));
  }
  void stop_network(const NetworkName& name) override { world_.stop_network(name.str()); }
  std::map<std::string, std::string> published(const NetworkName& name) override {
    std::map<std::string, std::string> names;
    for (const auto& entry : dns_hosts_from_xml(world_.network_xml(name.str()))) {
      for (const auto& host : entry.names) names.emplace(host, entry.address);
    }
    return names;
  }

 private:
  std::unique_ptr<Hypervisor> connect() { return connect_libvirt({.uri = uri_, .pool = pool_}); }

  std::string uri_;
  LibvirtWorld world_;
  std::string prefix_;
  std::string pool_;
  std::unique_ptr<Hypervisor> hypervisor_;
  std::vector<Fd> listeners_;
};

class TestDriverAdapter final : public LibvirtAdapter {
 public:
  // Connections of one process to this URI share one world, which is gone with the last of them.
  TestDriverAdapter() : LibvirtAdapter("test:///default") {}

  std::string_view lacks(std::string_view call) const override {
    for (const auto& lack : test_driver_lacks) {
      if (lack.call == call) return lack.reason;
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Adapter> make_test_driver_adapter() {
  return std::make_unique<TestDriverAdapter>();
}

std::unique_ptr<Adapter> make_libvirt_adapter() {
  const char* uri = std::getenv("NOCLOUD_TEST_URI");
  if (uri == nullptr || *uri == '\0') return nullptr;
  return std::make_unique<LibvirtAdapter>(uri);
}

}  // namespace nocloud::test
