#include <algorithm>

#include <fmt/format.h>

#include "support/fake_hypervisor.hpp"

namespace nocloud::test {
namespace {

[[noreturn]] void refuse_existing(const VolumeName& name) {
  throw Error(ErrorKind::conflict, fmt::format("there is a volume '{}' already", name));
}

FakeWorld::Volume& existing(FakeWorld& world, const VolumeName& name) {
  const auto found = world.volumes.find(name);
  if (found == world.volumes.end()) {
    throw Error(ErrorKind::not_found, fmt::format("there is no volume '{}'", name));
  }
  return found->second;
}

/// As libvirt does when a file is in the way that it had not listed.
void notice(FakeWorld& world, const VolumeName& name) {
  if (auto node = world.unseen.extract(name)) world.volumes.insert(std::move(node));
}

std::string big_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text += static_cast<char>(number >> static_cast<unsigned>(shift));
  }
  return text;
}

constexpr std::string_view layer_start = "QFI\xfb";
constexpr std::string_view pool_folder = "/fake/pool/";
constexpr std::size_t header_bytes = 104;
constexpr std::size_t at_name_length = 16;

/// A qcow2 file that holds nothing, over a base (QEMU's docs/interop/qcow2.txt).
std::string empty_layer(const VolumeName& base, std::uint64_t capacity) {
  const auto name = std::string(pool_folder) + base.str();
  auto header = std::string(layer_start) + big_endian(3, 4);
  header += big_endian(header_bytes, 8) + big_endian(name.size(), 4);
  header += big_endian(16, 4) + big_endian(capacity, 8);  // cluster bits, size
  header.resize(header_bytes, '\0');
  return header + name;
}

/// What such a file names.
std::optional<VolumeName> base_in(std::string_view content) {
  if (!content.starts_with(layer_start) || content.find(pool_folder) != header_bytes) return std::nullopt;
  const auto length = static_cast<unsigned char>(content[at_name_length + 3]);
  return VolumeName::parse(content.substr(header_bytes + pool_folder.size(), length - pool_folder.size()));
}

/// All that the source gives.
std::string bytes_from(const ByteSource& source, std::uint64_t bytes, const VolumeName& name) {
  constexpr std::size_t piece_size = 1000;
  std::string content;
  while (content.size() < bytes) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(piece_size, bytes - content.size()));
    const auto piece = source(most);
    if (piece.empty() || piece.size() > most) {
      throw Error(ErrorKind::failed,
                  fmt::format("cannot fill the volume '{}': its source gave another number of "
                              "bytes than announced",
                              name));
    }
    content += piece;
  }
  return content;
}

}  // namespace

std::vector<VolumeName> FakeHypervisor::volume_names() {
  return call("volume_names", "", [&] {
    std::vector<VolumeName> names;
    for (const auto& [name, volume] : world_.volumes) names.push_back(name);
    return names;
  });
}

void FakeHypervisor::refresh_volumes() {
  call("refresh_volumes", "", [&] {
    world_.volumes.merge(world_.unseen);
    world_.unseen.clear();
  });
}

std::vector<Error> FakeHypervisor::refresh_other_pools() {
  return call("refresh_other_pools", "", [&] {
    world_.bases_elsewhere.merge(world_.unseen_bases_elsewhere);
    return world_.stale;
  });
}

std::optional<std::uint64_t> FakeHypervisor::free_bytes() {
  return call("free_bytes", "", [&] { return world_.free_bytes; });
}

std::optional<Volume> FakeHypervisor::find_volume(const VolumeName& name) {
  return call("find_volume", name.str(), [&]() -> std::optional<Volume> {
    const auto found = world_.volumes.find(name);
    if (found == world_.volumes.end()) return std::nullopt;
    return Volume{.name = name,
                  .capacity_bytes = found->second.capacity,
                  .allocation_bytes = found->second.content.size()};
  });
}

void FakeHypervisor::create_volume(const NewVolume& volume) {
  call("create_volume", volume.name.str(), [&] {
    notice(world_, volume.name);
    const bool added = world_.volumes
                           .try_emplace(volume.name, FakeWorld::Volume{.capacity = volume.capacity_bytes,
                                                                       .format = volume.format,
                                                                       .access = volume.access})
                           .second;
    if (!added) refuse_existing(volume.name);
  });
}

void FakeHypervisor::create_overlay(const VolumeName& name, const VolumeName& base) {
  call("create_overlay", name.str(), [&] {
    notice(world_, name);
    const auto capacity = existing(world_, base).capacity;
    const bool added = world_.volumes
                           .try_emplace(name, FakeWorld::Volume{.capacity = capacity,
                                                                .format = NewVolume::Format::qcow2,
                                                                .content = empty_layer(base, capacity),
                                                                .base = base})
                           .second;
    if (!added) refuse_existing(name);
  });
}

void FakeHypervisor::grow_volume(const VolumeName& name, std::uint64_t capacity_bytes) {
  call("grow_volume", name.str(), [&] {
    auto& volume = existing(world_, name);
    volume.capacity = std::max(volume.capacity, capacity_bytes);
  });
}

void FakeHypervisor::upload(const VolumeName& name, std::uint64_t bytes, const ByteSource& source) {
  call("upload", name.str(), [&] {
    auto& volume = existing(world_, name);
    volume.content = bytes_from(source, bytes, name);
    volume.capacity = std::max<std::uint64_t>(volume.capacity, bytes);
    volume.base = base_in(volume.content);
    if (volume.base) volume.capacity = existing(world_, *volume.base).capacity;
  });
}

std::string FakeHypervisor::read_volume(const VolumeName& name, std::uint64_t offset, std::size_t most) {
  return call("read_volume", name.str(), [&] {
    const auto& content = existing(world_, name).content;
    return content.substr(std::min<std::size_t>(offset, content.size()), most);
  });
}

void FakeHypervisor::download(const VolumeName& name, const ByteSink& sink) {
  call("download", name.str(), [&] { sink(existing(world_, name).content); });
}

std::optional<VolumeName> FakeHypervisor::base_of(const VolumeName& name) {
  return call("base_of", name.str(), [&]() -> std::optional<VolumeName> {
    const auto found = world_.volumes.find(name);
    return found == world_.volumes.end() ? std::nullopt : found->second.base;
  });
}

bool FakeHypervisor::delete_volume(const VolumeName& name) {
  return call("delete_volume", name.str(), [&] { return world_.volumes.erase(name) == 1; });
}

}  // namespace nocloud::test
