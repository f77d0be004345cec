// bare_create URI POOL BASE NAME DOMAIN_XML SEED
//
// What nocloud is compared to: one VM by the same libvirt calls for its domain and volumes, in a straight
// line. No look at what exists, no address, no lock, nothing taken back when a call fails.

#include <cstddef>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "nocloud/base/file/file.hpp"
#include "nocloud/virt/libvirt/handles.hpp"
#include "nocloud/virt/xml/volume_xml.hpp"

namespace {

using nocloud::VolumeName;
using ConnectionHandle = nocloud::Handle<virConnect, virConnectClose>;

constexpr std::size_t largest_file = std::size_t{4} << 20U;

template <class Handle>
Handle need(Handle handle, const char* what) {
  if (!handle) throw std::runtime_error(what);
  return handle;
}

void need_success(int result, const char* what) {
  if (result < 0) throw std::runtime_error(what);
}

nocloud::VolumeHandle create_volume(virStoragePoolPtr pool, const std::string& xml) {
  return need(nocloud::VolumeHandle(virStorageVolCreateXML(pool, xml.c_str(), 0)), "create volume");
}

void create_seed(virConnectPtr connection, virStoragePoolPtr pool, const VolumeName& name,
                 const std::string& content) {
  const auto seed = create_volume(
      pool, nocloud::volume_xml({.name = name, .capacity_bytes = content.size()}, nocloud::DaemonUser::root));
  const auto stream = need(nocloud::StreamHandle(virStreamNew(connection, 0)), "new stream");
  need_success(virStorageVolUpload(seed.get(), stream.get(), 0, content.size(), 0), "upload");
  for (std::size_t sent = 0; sent < content.size();) {
    const int count = virStreamSend(stream.get(), content.data() + sent, content.size() - sent);
    need_success(count, "send");
    sent += static_cast<std::size_t>(count);
  }
  need_success(virStreamFinish(stream.get()), "finish upload");
}

void create(const char* const* words) {
  const std::string base = words[3];
  const std::string name = words[4];
  const auto xml = nocloud::read_file(words[5], largest_file);
  const auto seed = nocloud::read_file(words[6], largest_file);

  const auto connection = need(ConnectionHandle(virConnectOpen(words[1])), "connect");
  const auto domain =
      need(nocloud::DomainHandle(virDomainDefineXML(connection.get(), xml.c_str())), "define");
  const auto pool = need(nocloud::PoolHandle(virStoragePoolLookupByName(connection.get(), words[2])), "pool");
  const auto pool_text = need(nocloud::TextHandle(virStoragePoolGetXMLDesc(pool.get(), 0)), "pool's XML");
  const auto base_path = nocloud::pool_path_from_xml(pool_text.get()) + "/" + base;
  create_volume(pool.get(), nocloud::overlay_xml(VolumeName::parse(name + ".qcow2"), base_path));
  create_seed(connection.get(), pool.get(), VolumeName::parse(name + ".seed.iso"), seed);
  need_success(virDomainCreateWithFlags(domain.get(), VIR_DOMAIN_START_PAUSED), "start");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return std::fputs("usage: bare_create URI POOL BASE NAME DOMAIN_XML SEED\n", stderr), 2;
  try {
    create(argv);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "bare_create: %s\n", error.what()), 1;
  }
}
