#include "nocloud/virt/xml/domain/disk_differences.hpp"

#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "nocloud/base/error.hpp"
#include "nocloud/base/text.hpp"
#include "nocloud/virt/xml/xml_document.hpp"

namespace nocloud {
namespace {

constexpr std::string_view first_disk = "vda";

/// What each disk is made of, by the name that libvirt gives it.
using Disks = std::map<std::string, std::string>;

/// A file or device, a volume as "POOL/VOLUME", "PROTOCOL:NAME"; empty for an empty drive.
std::string made_of(pugi::xml_node disk) {
  const auto source = disk.child("source");
  for (const char* name : {"file", "dev", "dir"}) {
    if (const auto path = source.attribute(name)) return path.value();
  }
  if (const auto pool = source.attribute("pool"))
    return fmt::format("{}/{}", pool.value(), source.attribute("volume").value());
  if (const auto protocol = source.attribute("protocol"))
    return fmt::format("{}:{}", protocol.value(), source.attribute("name").value());
  return source ? element_text(source) : "";
}

Disks disks_in(std::string_view xml) {
  const auto document = parsed_xml(xml, "what libvirt says of a domain");
  Disks disks;
  for (const auto disk : document.child("domain").child("devices").children("disk")) {
    auto what = made_of(disk);
    const bool empty_drive = what.empty() && disk.attribute("device").value() == std::string_view("cdrom");
    disks.emplace(disk.child("target").attribute("dev").value(),
                  empty_drive ? "an empty drive" : std::move(what));
  }
  return disks;
}

Error other_file(const VmName& vm, const std::string& target, const std::string& recorded,
                 const std::string& present) {
  return {ErrorKind::conflict,
          fmt::format("the disk {} of VM {} is {}, and not {}, which nocloud gave it", target,
                      cited(vm.str()), cited(present), cited(recorded)),
          // Without --base it would be written into the template's image.
          fmt::format("If virsh took a snapshot, this makes one disk of both: `virsh start {0}` if the VM is "
                      "down, then `virsh blockcommit {0} {1} --active --pivot --wait --base {2}`.",
                      vm, target, printable(recorded))};
}

Error further_disk(const VmName& vm, const std::string& target, const std::string& present) {
  return {ErrorKind::conflict,
          fmt::format("VM {} has the disk {} ({}), which nocloud did not give it", cited(vm.str()),
                      printable(target), cited(present)),
          fmt::format("`virsh detach-disk {} {} --config` takes it out; it can be attached again afterwards.",
                      vm, printable(target))};
}

Error lacking_disk(const VmName& vm, const std::string& target, const std::string& recorded) {
  return {ErrorKind::conflict,
          fmt::format("VM {} has no disk {} any more, which nocloud gave it ({})", cited(vm.str()), target,
                      cited(recorded)),
          fmt::format("Give it back: `virsh attach-disk {} {} {} --config{}`.", vm, printable(recorded),
                      target, recorded.ends_with(".qcow2") ? " --subdriver qcow2" : "")};
}

void compare(const VmName& vm, const Disks& recorded, const Disks& present) {
  for (const auto& [target, file] : recorded) {
    const auto found = present.find(target);
    if (found == present.end()) throw lacking_disk(vm, target, file);
    if (found->second != file && found->second != "an empty drive")
      throw other_file(vm, target, file, found->second);
  }
  for (const auto& [target, file] : present) {
    if (!recorded.contains(target)) throw further_disk(vm, target, file);
  }
}

Disks first_of(Disks disks) {
  std::erase_if(disks, [](const auto& disk) { return disk.first != first_disk; });
  return disks;
}

}  // namespace

void refuse_other_disks(const VmName& vm, std::string_view recorded_xml, std::string_view present_xml) {
  compare(vm, disks_in(recorded_xml), disks_in(present_xml));
}

void refuse_other_first_disk(const VmName& vm, std::string_view recorded_xml, std::string_view present_xml) {
  compare(vm, first_of(disks_in(recorded_xml)), first_of(disks_in(present_xml)));
}

}  // namespace nocloud
