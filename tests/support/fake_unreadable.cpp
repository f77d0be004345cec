#include <algorithm>

#include <fmt/format.h>

#include "support/fake_hypervisor.hpp"

namespace nocloud::test {
namespace {

/// As a host's configuration has them.
std::set<VolumeName> volumes_of(const FakeWorld::Domain& domain) {
  auto volumes = domain.volumes;
  const auto add = [&](const std::optional<VolumeName>& base, const std::optional<DirectBoot>& boot) {
    if (base) volumes.insert(*base);
    if (boot) volumes.insert({boot->kernel, boot->initrd});
  };
  for (const auto& kept : domain.snapshots) add(kept.vm.base, kept.vm.boot);
  if (domain.vm) {
    add(domain.vm->base, domain.vm->boot);
    volumes.insert(overlay_of(domain.vm->name));
  }
  if (domain.source) add(domain.source->base, domain.source->boot);
  return volumes;
}

}  // namespace

Error FakeWorld::Domain::unreadable_error(const std::string& name) const {
  return {ErrorKind::invalid_input,
          fmt::format("nocloud's record in the domain '{}' can't be read: {}", name, unreadable),
          "Update nocloud."};
}

void FakeWorld::rename(const std::string& name, const std::string& other) {
  auto node = domains.extract(name);
  auto& domain = node.mapped();
  domain.unreadable.clear();
  if (domain.vm && domain.vm->name.str() != other)
    domain.unreadable = fmt::format("the domain '{}' was renamed: it is the VM '{}'", other, domain.vm->name);
  node.key() = other;
  domains.insert(std::move(node));
}

std::vector<Unreadable> FakeHypervisor::unreadable(const std::set<std::string>& readable) {
  return call("unreadable", "", [&] {
    std::vector<Unreadable> found;
    for (const auto& [name, domain] : world_.domains) {
      if (domain.unreadable.empty() || readable.contains(domain.uuid)) continue;
      found.push_back({.kind = domain.vm ? Unreadable::Kind::vm : Unreadable::Kind::source,
                       .name = domain.vm ? name : domain.source->name.str(),
                       .uuid = domain.uuid,
                       .made_as = domain.vm ? domain.vm->name.str() : "",
                       .state = domain.state,
                       .error = domain.unreadable_error(name)});
    }
    std::ranges::sort(found, {}, &Unreadable::name);
    return found;
  });
}

VolumeUse FakeHypervisor::use_of(const std::set<VolumeName>& volumes, const std::set<VmName>& except) {
  return call("use_of", "", [&] {
    VolumeUse use{.loose = world_.loose_disks, .unread = world_.unread};
    const auto add = [&](const VolumeName& name) {
      if (volumes.contains(name)) use.used.insert(name);
    };
    const auto is_excepted = [&](const std::string& name) {
      return std::ranges::any_of(except, [&](const VmName& vm) { return vm.str() == name; });
    };
    for (const auto& [name, domain] : world_.domains) {
      if (!is_excepted(name)) std::ranges::for_each(volumes_of(domain), add);
    }
    std::ranges::for_each(world_.bases_elsewhere, add);
    return use;
  });
}

}  // namespace nocloud::test
