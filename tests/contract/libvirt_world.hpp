#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nocloud/virt/libvirt/handles.hpp"

namespace nocloud::test {

/// Somebody else's hands on a libvirt, past the port: to prepare what tests meet there, and to clean up.
class LibvirtWorld {
 public:
  explicit LibvirtWorld(const std::string& uri);

  void define_foreign(const std::string& name);
  /// Puts `to` in the place of `from` in a domain's XML.
  void change_domain(const std::string& name, std::string_view from, std::string_view to);
  std::string domain_xml(const std::string& name);
  void rename_domain(const std::string& name, const std::string& other);
  void take_snapshot(const std::string& domain, const std::string& name);
  std::vector<std::string> domain_names();
  std::string volume_path(const std::string& pool, const std::string& name);
  /// Makes a storage pool with a volume over the file.
  void add_layer(const std::string& pool, const std::string& base_path);
  void delete_volume(const std::string& pool, const std::string& name);
  void stop_network(const std::string& name);
  std::string network_xml(const std::string& name);

  /// Of a storage pool that is there.
  std::filesystem::path pool_folder(const std::string& name);

  /// Removes all domains and networks whose names begin so, and the storage pool with its folder.
  void remove_domains(const std::string& prefix);
  void remove_networks(const std::string& prefix);
  bool is_pool_active(const std::string& name);
  void remove_pool(const std::string& name);

 private:
  std::vector<DomainHandle> domains();

  Handle<virConnect, virConnectClose> connection_;
};

}  // namespace nocloud::test
