#pragma once

#include <mutex>
#include <string>

#include "nocloud/virt/libvirt/connection.hpp"

namespace nocloud {

/// The storage pool that holds nocloud's volumes: a folder on the host.
class LibvirtPool {
 public:
  LibvirtPool(const Connection& connection, std::string name)
      : connection_(connection), name_(std::move(name)) {}

  /// The pool, made and started if it was not.
  virStoragePoolPtr get();
  /// Starts a pool again that libvirt gave up since its folder is gone; makes an empty one.
  void restart();
  /// Its folder, once get() has been called or by calling it.
  const std::string& path();

 private:
  void open();
  PoolHandle found() const;
  PoolHandle defined() const;
  void ensure_active(virStoragePoolPtr pool) const;
  std::string path_to_be() const;

  const Connection& connection_;
  const std::string name_;
  std::mutex mutex_;
  PoolHandle pool_;
  std::string path_;
};

}  // namespace nocloud
