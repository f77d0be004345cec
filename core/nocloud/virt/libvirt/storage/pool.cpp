#include "nocloud/virt/libvirt/storage/pool.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/volume_xml.hpp"

namespace nocloud {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  return value == nullptr ? "" : value;
}

/// $XDG_DATA_HOME, or where it is when it is not set; empty without a home.
std::string data_home() {
  auto data = variable("XDG_DATA_HOME");
  if (data.starts_with('/')) return data;
  const auto home = variable("HOME");
  return home.starts_with('/') ? home + "/.local/share" : "";
}

}  // namespace

virStoragePoolPtr LibvirtPool::get() {
  const std::scoped_lock lock(mutex_);
  if (!pool_) open();
  return pool_.get();
}

const std::string& LibvirtPool::path() {
  get();
  return path_;
}

void LibvirtPool::restart() {
  auto* const pool = get();
  const std::scoped_lock lock(mutex_);
  ensure_active(pool);
}

void LibvirtPool::open() {
  auto pool = found();
  if (!pool) pool = defined();
  ensure_active(pool.get());
  const TextHandle xml(virStoragePoolGetXMLDesc(pool.get(), 0));
  if (!xml)
    throw connection_.error(fmt::format("cannot read the storage pool {}", cited(name_)), last_fault());
  path_ = pool_path_from_xml(xml.get());
  pool_ = std::move(pool);
}

PoolHandle LibvirtPool::found() const {
  PoolHandle pool(virStoragePoolLookupByName(connection_.get(), name_.c_str()));
  if (pool) return pool;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_STORAGE_POOL) return nullptr;
  throw connection_.error(fmt::format("cannot look for the storage pool {}", cited(name_)), fault);
}

PoolHandle LibvirtPool::defined() const {
  const auto xml = pool_xml(name_, path_to_be());
  PoolHandle pool(virStoragePoolDefineXML(connection_.get(), xml.c_str(), 0));
  if (!pool) {
    const auto fault = last_fault();
    // Another process may have made it since we looked.
    if (auto others = found()) return others;
    throw connection_.error(fmt::format("cannot make the storage pool {}", cited(name_)), fault);
  }
  if (virStoragePoolSetAutostart(pool.get(), 1) < 0) {
    throw connection_.error(fmt::format("cannot set up the storage pool {}", cited(name_)), last_fault());
  }
  return pool;
}

void LibvirtPool::ensure_active(virStoragePoolPtr pool) const {
  if (virStoragePoolIsActive(pool) == 1 || virStoragePoolCreate(pool, 0) == 0) return;
  // Its folder may be missing: this is what makes it.
  virStoragePoolBuild(pool, VIR_STORAGE_POOL_BUILD_NEW);
  if (virStoragePoolCreate(pool, 0) == 0) return;
  const auto fault = last_fault();
  // Another process may have started it since we looked.
  if (virStoragePoolIsActive(pool) == 1) return;
  throw connection_.error(fmt::format("cannot start the storage pool {}", cited(name_)), fault);
}

std::string LibvirtPool::path_to_be() const {
  const auto& place = connection_.place();
  if (place.pretended) return "/nocloud/" + name_;
  if (!place.session) return "/var/lib/libvirt/images/" + name_;
  const auto data = data_home();
  if (place.local && !data.empty()) {
    return fmt::format("{}/nocloud/{}", data, name_ == "nocloud" ? "volumes" : name_);
  }
  throw Error(
      ErrorKind::unavailable,
      fmt::format("libvirt at {} has no storage pool {}, and where that user's files are is not known here",
                  cited(connection_.uri()), cited(name_)),
      fmt::format("Make one: virsh -c '{}' pool-define-as {} dir --target FOLDER", connection_.uri(), name_));
}

}  // namespace nocloud
