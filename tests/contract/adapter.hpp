#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nocloud/virt/hypervisor.hpp"

namespace nocloud::test {

/// One implementation of the Hypervisor port, its world, and what others do in that world. Whatever a test
/// leaves in it goes with this object.
class Adapter {
 public:
  virtual ~Adapter() = default;

  virtual Hypervisor& hypervisor() = 0;
  /// As another process would have it: a connection of its own to the same world.
  virtual std::unique_ptr<Hypervisor> second_connection() = 0;
  /// Begins all names in this world, so that nothing of its owner's is touched.
  virtual const std::string& prefix() const = 0;

  /// Why a call has no answer here, or nothing: "upload" → "volumes have no content".
  virtual std::string_view lacks(std::string_view /*call*/) const { return {}; }

  virtual void add_foreign_domain(const std::string& name) = 0;
  /// Gives a domain a volume as a further disk, by its path.
  virtual void give_disk(const std::string& domain, const VolumeName& volume) = 0;
  /// Puts another volume in the place of a VM's first disk, as an external snapshot by virsh does.
  virtual void swap_disk(const VmName& vm, const VolumeName& volume) = 0;
  /// Gives a domain a further device, as `virsh attach-device --config` does.
  virtual void attach_device(const std::string& domain, const std::string& xml) = 0;
  /// A domain's definition as libvirt has it; empty where there is no such text.
  virtual std::string definition_xml(const std::string& domain) = 0;
  /// Gives it a qcow2 file that is in no storage pool, and need not be there.
  virtual void give_loose_disk(const std::string& domain, const std::string& path) = 0;
  /// Gives it an argument for QEMU, by <qemu:commandline>.
  virtual void give_argument(const std::string& domain, const std::string& value) = 0;
  /// Makes a volume over this one in another storage pool.
  virtual void add_layer_elsewhere(const VolumeName& base) = 0;
  /// Puts such a file into another pool past the host, as `qemu-img create` does.
  virtual void put_layer_elsewhere(const VolumeName& base) = 0;
  /// Removes the folder of that pool, past the host.
  virtual void remove_folder_elsewhere() = 0;
  /// Whether that pool is active.
  virtual bool elsewhere_is_active() = 0;
  /// Makes the record of a VM's or template's domain one that nobody can read.
  virtual void make_unreadable(const std::string& domain) = 0;
  /// As `virsh domrename` does it.
  virtual void rename_domain(const std::string& name, const std::string& other) = 0;
  /// As `virsh snapshot-create-as` takes one of a VM.
  virtual void take_foreign_snapshot(const VmName& vm, const std::string& name) = 0;
  /// Removes a volume's file as `rm` does, past the host.
  virtual void remove_file(const VolumeName& volume) = 0;
  /// Removes the folder of all volumes, past the host.
  virtual void remove_folder() = 0;
  virtual std::vector<std::string> domain_names() = 0;
  /// Lets another program listen on this port of 127.0.0.1.
  virtual void take_port(std::uint16_t port) = 0;
  virtual void stop_network(const NetworkName& name) = 0;
  /// What the network's DNS is told: name → address.
  virtual std::map<std::string, std::string> published(const NetworkName& name) = 0;
};

/// How to make one, and how test names call it. Gives null where it can't be had.
struct AdapterKind {
  std::string name;
  std::function<std::unique_ptr<Adapter>()> make;
};
/// How GoogleTest shows one.
void PrintTo(const AdapterKind& kind, std::ostream* out);

std::unique_ptr<Adapter> make_fake_adapter();
/// On libvirt's pretended host.
std::unique_ptr<Adapter> make_test_driver_adapter();
/// On the libvirt at $NOCLOUD_TEST_URI; null if that is not set.
std::unique_ptr<Adapter> make_libvirt_adapter();

}  // namespace nocloud::test
