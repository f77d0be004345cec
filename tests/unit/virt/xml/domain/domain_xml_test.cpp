#include "nocloud/virt/xml/domain/domain_xml.hpp"

#include <set>

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include "nocloud/base/error.hpp"
#include "nocloud/virt/xml/domain/domain_reading.hpp"
#include "support/golden.hpp"
#include "unit/virt/definitions.hpp"

namespace nocloud::test {
namespace {

pugi::xml_document parsed(const std::string& xml) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.c_str())) << xml;
  return document;
}

TEST(DomainXml, DescribesTheUsualVm) {
  expect_golden("virt/vm.xml", domain_xml(usual_vm(), usual_host()));
}

TEST(DomainXml, DescribesAUsersVm) {
  expect_golden("virt/vm-user.xml", domain_xml(user_vm(), usual_host()));
}

TEST(DomainXml, ForwardsByPasstWhereQemuCannot) {
  auto host = usual_host();
  host.passt = true;
  expect_golden("virt/vm-passt.xml", domain_xml(user_vm(), host));
}

TEST(DomainXml, DescribesABridgedVmOfAnotherMachine) {
  auto host = usual_host();
  host.architecture = "aarch64";
  expect_golden("virt/vm-bridge-aarch64.xml", domain_xml(bridged_vm(), host));
}

TEST(DomainXml, DescribesVmsThatAreBeingInstalled) {
  expect_golden("virt/vm-unattended.xml", domain_xml(unattended_vm(), usual_host()));
  expect_golden("virt/vm-by-hand.xml", domain_xml(vm_by_hand(), usual_host()));
  auto users = vm_by_hand();
  users.installation->screen = Installation::Screen::socket;
  EXPECT_NE(domain_xml(users, usual_host()).find("<listen type=\"socket\" />"), std::string::npos);
}

std::string cmdline_of(const VmDefinition& vm, const DomainHost& host = usual_host()) {
  return parsed(domain_xml(vm, host)).child("domain").child("os").child_value("cmdline");
}

TEST(DomainXml, EmulatedKernelsLeaveTheirTimerCheckOut) {
  auto vm = user_vm();
  vm.virt_type = VirtType::qemu;
  vm.boot->command_line = "console=ttyS0 -- single";
  EXPECT_EQ(cmdline_of(vm), "no_timer_check console=ttyS0 -- single");
  vm.boot->command_line = "quiet no_timer_check";
  EXPECT_EQ(cmdline_of(vm), "quiet no_timer_check");
  vm.boot->command_line = "";
  EXPECT_EQ(cmdline_of(vm), "no_timer_check");
  const auto trial = trial_domain_xml(
      {.virt_type = VirtType::qemu, .boot = vm.boot, .base = overlay_of(vm.name)}, "trial", usual_host());
  EXPECT_NE(trial.find("<cmdline>no_timer_check "), std::string::npos);
}

TEST(DomainXml, OtherKernelsAreToldWhatWasAskedFor) {
  auto vm = user_vm();
  vm.boot->command_line = "quiet";
  vm.virt_type = VirtType::kvm;
  EXPECT_EQ(cmdline_of(vm), "quiet");
  vm.virt_type = VirtType::qemu;
  auto host = usual_host();
  host.architecture = "aarch64";
  EXPECT_EQ(cmdline_of(vm, host), "quiet");
}

TEST(DomainXml, TheTimerCheckIsNoPartOfTheRecord) {
  auto vm = user_vm();
  vm.virt_type = VirtType::qemu;
  EXPECT_EQ(vm_from_domain(domain_xml(vm, usual_host(), "u"))->boot, vm.boot);
}

TEST(DomainXml, DescribesATemplate) {
  expect_golden("virt/template.xml", domain_xml(usual_template(), usual_host()));
}

TEST(DomainXml, DescribesATrial) {
  const TrialBoot trial{.virt_type = VirtType::kvm,
                        .boot = DirectBoot{.kernel = VolumeName::parse("sha256-2a.kernel"),
                                           .initrd = VolumeName::parse("sha256-3b.initrd"),
                                           .command_line = "quiet"},
                        .base = VolumeName::parse("sha256-1f.qcow2")};
  expect_golden("virt/trial.xml", trial_domain_xml(trial, "nocloud-trial-0", usual_host()));
}

TEST(DomainXml, NamesNoUuidUnlessItReplaces) {
  const auto fresh = parsed(domain_xml(usual_vm(), usual_host()));
  EXPECT_FALSE(fresh.child("domain").child("uuid"));
  const std::string uuid = "7d3f5b9e-8a63-4b1f-9a2e-0c1d2e3f4a5b";
  const auto again = parsed(domain_xml(usual_vm(), usual_host(), uuid));
  EXPECT_EQ(again.child("domain").child_value("uuid"), uuid);
}

TEST(DomainXml, GivesEveryDiskADeviceOfItsOwn) {
  auto definition = usual_vm();
  for (std::size_t i = 0; i < most_disks; ++i) definition.disks.push_back(DiskSize::of_gib(1));
  const auto document = parsed(domain_xml(definition, usual_host()));
  std::set<std::string> devices;
  std::set<std::string> files;
  for (const auto disk : document.child("domain").child("devices").children("disk")) {
    devices.insert(disk.child("target").attribute("dev").value());
    files.insert(disk.child("source").attribute("file").value());
  }
  EXPECT_EQ(devices.size(), most_disks + 2);
  EXPECT_EQ(files.size(), most_disks + 2);
  EXPECT_EQ(*devices.rbegin(), "vdr");
}

TEST(DomainXml, LetsNoTextOutOfItsPlace) {
  const std::string evil = R"("/></metadata><devices><disk file='/etc/shadow'/></devices>&lt;]]><!--)";
  auto definition = user_vm();
  definition.owner = {.user = evil, .host = evil};
  definition.host_key = evil;
  definition.boot->command_line = evil;
  definition.nics.front().network = {.kind = NetworkKind::bridge, .name = evil};
  const auto document = parsed(domain_xml(definition, usual_host()));
  const auto domain = document.child("domain");
  EXPECT_EQ(domain.child("os").child_value("cmdline"), "no_timer_check " + evil);
  EXPECT_EQ(domain.child("devices").child("interface").child("source").attribute("bridge").value(), evil);
  EXPECT_EQ(domain.select_nodes("//devices").size(), 1U);
  EXPECT_EQ(domain.select_nodes("//metadata/*/owner").first().node().attribute("user").value(), evil);
}

TEST(DomainXml, TakesNoTextThatXmlCannotCarry) {
  for (const std::string bad : {"a\nb", "a\x01", "\xff", "\x1b[2J", "\xef\xbf\xbe", "\xc2\x9b"}) {
    auto definition = user_vm();
    definition.boot->command_line = bad;
    EXPECT_THROW(domain_xml(definition, usual_host()), Error) << bad;
    definition = user_vm();
    definition.owner.host = bad;
    EXPECT_THROW(domain_xml(definition, usual_host()), Error) << bad;
    definition = user_vm();
    definition.host_key = bad;
    EXPECT_THROW(domain_xml(definition, usual_host()), Error) << bad;
  }
}

/// What QEMU is told of a group's network.
std::string meeting_in(const std::string& xml) {
  const auto at = xml.find("mcast=");
  return at == std::string::npos ? "" : xml.substr(at, xml.find('"', at) - at);
}

TEST(DomainXml, MeetsWhereTheRecordSays) {
  auto definition = user_vm();
  definition.nics.at(1).meeting = MeetingPoint::parse("239.193.7.9:12345");
  EXPECT_EQ(meeting_in(domain_xml(definition, usual_host())), "mcast=239.193.7.9:12345,localaddr=127.0.0.1");
}

TEST(DomainXml, KeepsTheMeetingPointsOfTheFirstVersion) {
  const auto point = [](const std::string& group, const Owner& owner) {
    auto definition = user_vm();
    definition.owner = owner;
    definition.nics.at(1).network.name = group;
    return meeting_in(domain_xml(definition, usual_host()));
  };
  const Owner anna{.user = "anna", .host = "desk"};
  EXPECT_EQ(point("pftest", anna), fmt::format("mcast={},localaddr=127.0.0.1",
                                               MeetingPoint::of_text("group:anna@desk/pftest").str()));
  EXPECT_NE(point("pftest2", anna), point("pftest", anna));
  EXPECT_NE(point("pftest", {.user = "berta", .host = "desk"}), point("pftest", anna));
}

TEST(DomainXml, RestrictsAUserNetwork) {
  auto definition = user_vm();
  definition.nics.at(0).network = NetworkChoice::parse("user=restricted");
  EXPECT_NE(domain_xml(definition, usual_host()).find(",restrict=on,hostfwd="), std::string::npos);
  auto host = usual_host();
  host.passt = true;
  EXPECT_THROW(domain_xml(definition, host), Error);
}

}  // namespace
}  // namespace nocloud::test
