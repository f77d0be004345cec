#include "nocloud/virt/libvirt/domain/snapshots.hpp"

#include <span>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include "nocloud/base/text.hpp"
#include "nocloud/virt/libvirt/domain/snapshot_order.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

std::string snapshot_xml(const SnapshotName& name) {
  pugi::xml_document document;
  append_text(document.append_child("domainsnapshot"), "name", name.str());
  return xml_text(document);
}

LinkedSnapshot snapshot_from_xml(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a snapshot");
  const auto node = document.child("domainsnapshot");
  const std::string_view state = node.child_value("state");
  return {.snapshot = {.name = node.child_value("name"),
                       .taken = parse_number<std::int64_t>(node.child_value("creationTime")).value_or(0),
                       .with_memory = state == "running" || state == "paused"},
          .parent = node.child("parent").child_value("name")};
}

}  // namespace

std::vector<Snapshot> LibvirtSnapshots::all(const VmName& vm) {
  const auto domain = vms_.existing(vm);
  const auto what = fmt::format("cannot list the snapshots of VM '{}'", vm);
  virDomainSnapshotPtr* raw = nullptr;
  const int count = virDomainListAllSnapshots(domain.get(), &raw, 0);
  if (count < 0) throw connection_.error(what, last_fault());
  const Handle<virDomainSnapshotPtr, free_memory> list(raw);
  std::vector<SnapshotHandle> handles;
  for (auto* const snapshot : std::span(raw, static_cast<std::size_t>(count))) handles.emplace_back(snapshot);
  std::vector<LinkedSnapshot> snapshots;
  for (const auto& handle : handles) {
    const TextHandle xml(virDomainSnapshotGetXMLDesc(handle.get(), 0));
    if (!xml && last_fault().code == VIR_ERR_NO_DOMAIN_SNAPSHOT) continue;  // it has just gone
    if (!xml) throw connection_.error(what, last_fault());
    auto linked = snapshot_from_xml(xml.get());
    linked.snapshot.current = virDomainSnapshotIsCurrent(handle.get(), 0) == 1;
    snapshots.push_back(std::move(linked));
  }
  return in_order_taken(snapshots);
}

void LibvirtSnapshots::take(const VmName& vm, const SnapshotName& name) {
  const auto domain = vms_.existing(vm);
  const auto refuse_taken = [&] {
    throw Error(ErrorKind::conflict, fmt::format("VM '{}' has a snapshot '{}' already", vm, name),
                "Choose another name, or delete that one.");
  };
  if (lookup(domain.get(), name.str())) refuse_taken();
  if (const SnapshotHandle taken(virDomainSnapshotCreateXML(domain.get(), snapshot_xml(name).c_str(), 0));
      taken) {
    return;
  }
  const auto fault = last_fault();
  if (lookup(domain.get(), name.str())) refuse_taken();
  throw connection_.error(fmt::format("cannot take a snapshot of VM '{}'", vm), fault);
}

void LibvirtSnapshots::revert(const VmName& vm, const std::string& name) {
  const auto domain = vms_.existing(vm);
  const auto snapshot = lookup(domain.get(), name);
  if (!snapshot) {
    throw Error(ErrorKind::not_found, fmt::format("VM '{}' has no snapshot {}", vm, cited(name)),
                "`vmsnap NAME -l` shows those that it has.");
  }
  // Also when memory or devices were changed since: QEMU is then started anew for it.
  if (virDomainRevertToSnapshot(snapshot.get(), VIR_DOMAIN_SNAPSHOT_REVERT_FORCE) == 0) return;
  throw connection_.error(fmt::format("cannot revert VM '{}' to {}", vm, cited(name)), last_fault());
}

bool LibvirtSnapshots::remove(const VmName& vm, const std::string& name) {
  const auto domain = vms_.existing(vm);
  const auto snapshot = lookup(domain.get(), name);
  if (!snapshot) return false;
  if (virDomainSnapshotDelete(snapshot.get(), 0) == 0) return true;
  const auto fault = last_fault();
  if (!lookup(domain.get(), name)) return false;
  throw connection_.error(fmt::format("cannot delete the snapshot {} of VM '{}'", cited(name), vm), fault);
}

SnapshotHandle LibvirtSnapshots::lookup(virDomainPtr domain, const std::string& name) {
  SnapshotHandle snapshot(virDomainSnapshotLookupByName(domain, name.c_str(), 0));
  if (snapshot) return snapshot;
  const auto fault = last_fault();
  if (fault.code == VIR_ERR_NO_DOMAIN_SNAPSHOT) return nullptr;
  throw connection_.error(fmt::format("cannot look for the snapshot {}", cited(name)), fault);
}

}  // namespace nocloud
