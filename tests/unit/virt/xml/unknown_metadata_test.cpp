#include "nocloud/virt/xml/unknown_metadata.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nocloud/virt/xml/domain/domain_reading.hpp"
#include "unit/virt/definitions.hpp"

namespace nocloud::test {
namespace {

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// As a newer release might write it.
std::string newer_xml() {
  auto xml = domain_xml(usual_vm(), usual_host(), "uuid");
  xml = with(xml, "complete=\"yes\"", "complete=\"yes\" colour=\"red\" xmlns:x=\"urn:x\"");
  xml = with(xml, "<owner ", "<x:lease until=\"noon\"><step n=\"1\"/></x:lease><owner team=\"qa\" ");
  xml = with(xml, "<nic ", "<nic queues=\"4\" ");
  return with(xml, "</metadata>", "<app:tag xmlns:app=\"urn:app\">theirs</app:tag></metadata>");
}

TEST(UnknownMetadata, IsIgnoredByWhoReadsTheDomain) {
  EXPECT_EQ(static_cast<const VmDefinition&>(vm_from_domain(newer_xml()).value()), usual_vm());
}

TEST(UnknownMetadata, StaysWhenADomainIsReplaced) {
  auto changed = usual_vm();
  changed.type = TypeName::parse("db");
  changed.nics.insert(changed.nics.begin(), {.network = NetworkChoice::parse("bridge=br0"),
                                             .mac = MacAddress::parse("52:54:00:00:00:09")});
  const auto xml = with_unknown_metadata(domain_xml(changed, usual_host(), "uuid"), newer_xml());
  for (const auto* kept : {"colour=\"red\"", "xmlns:x=\"urn:x\"", "<x:lease until=\"noon\">", "<step n=\"1\"",
                           "team=\"qa\"", "mac=\"52:54:00:d0:5c:02\" queues=\"4\"", ">theirs</app:tag>"}) {
    const auto at = xml.find(kept);
    EXPECT_NE(at, std::string::npos) << kept << xml;
    EXPECT_EQ(xml.rfind(kept), at) << "twice: " << kept;
  }
  EXPECT_EQ(static_cast<const VmDefinition&>(vm_from_domain(xml).value()), changed);
  EXPECT_EQ(with_unknown_metadata(xml, xml), xml);
}

/// Else a value that was taken out of a record would come back.
TEST(UnknownMetadata, IsNothingThatThisReleaseWrites) {
  for (const auto& vm : {usual_vm(), user_vm(), bridged_vm(), unattended_vm(), vm_by_hand()}) {
    auto bare = usual_vm();
    bare.host_key.clear();
    bare.user_data_sha256.clear();
    bare.nics = vm.nics;
    for (auto& nic : bare.nics) nic.port = std::nullopt;
    const auto fresh = domain_xml(bare, usual_host());
    EXPECT_EQ(with_unknown_metadata(fresh, domain_xml(vm, usual_host())), fresh);
  }
  auto source = usual_template();
  source.incoming = {VolumeName::parse("next.qcow2")};
  source.origin = {.url = "https://example.org/"};
  const auto fresh = domain_xml(source, usual_host());
  source.boot = user_vm().boot;
  source.host_key = "ssh-ed25519 AAAA";
  source.origin->checksum = Checksum{.hex = std::string(64, 'a')};
  source.disk = DiskSize::of_gib(3);
  EXPECT_EQ(with_unknown_metadata(fresh, domain_xml(source, usual_host())), fresh);
}

/// A VM for which everything is recorded that this release can record.
VmDefinition full_vm() {
  auto vm = user_vm();
  vm.unconfirmed = "run";
  vm.owner.uid = 1000;
  vm.owner.machine = "machine";
  vm.owner.place = Owner::Place::at_hypervisor;
  vm.user_data_sha256 = std::string(64, 'a');
  vm.installation = Installation{.medium = true, .seed = true};
  vm.nics.at(1).meeting = MeetingPoint::parse("239.193.7.9:12345");
  return vm;
}

/// The same less all that may be absent.
VmDefinition bare_vm() {
  auto vm = full_vm();
  vm.unconfirmed.clear();
  vm.owner = {.user = vm.owner.user, .host = vm.owner.host};
  vm.host_key.clear();
  vm.user_data_sha256.clear();
  vm.boot.reset();
  vm.installation.reset();
  for (auto& nic : vm.nics) nic = {.network = nic.network, .mac = nic.mac};
  return vm;
}

TEST(UnknownMetadata, HasNothingThatThisReleaseWrites) {
  const auto bare = domain_xml(bare_vm(), usual_host(), "uuid");
  EXPECT_EQ(with_unknown_metadata(bare, domain_xml(full_vm(), usual_host(), "uuid")), bare);
}

}  // namespace
}  // namespace nocloud::test
