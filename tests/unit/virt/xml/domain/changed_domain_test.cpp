#include "nocloud/virt/xml/domain/changed_domain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"
#include "unit/virt/definitions.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string xml_of(const VmDefinition& vm) {
  return domain_xml(vm, usual_host(), "uuid");
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// The domain after others have changed it.
std::string theirs(const VmDefinition& vm) {
  auto xml = replaced(xml_of(vm), "<on_crash>destroy</on_crash>", "<on_crash>preserve</on_crash>");
  xml = replaced(xml, "<devices>", "<devices><tpm model=\"tpm-crb\"/>");
  xml = replaced(xml, "<vcpu>", "<currentMemory unit=\"KiB\">524288</currentMemory><vcpu>");
  return replaced(xml, "</domain>", "<iothreads>3</iothreads></domain>");
}

std::string changed(const std::string& present, const VmDefinition& before, const VmDefinition& after) {
  return changed_domain({.present = present, .before = xml_of(before), .after = xml_of(after)});
}

TEST(ChangedDomain, KeepsAllThatTheChangeIsNotAbout) {
  auto larger = usual_vm();
  larger.memory = Memory::of_mib(2048);
  const auto xml = changed(theirs(usual_vm()), usual_vm(), larger);
  for (const auto* kept :
       {">preserve<", "<tpm model=\"tpm-crb\"", "<iothreads>3<", "<memory unit=\"MiB\">2048<"})
    EXPECT_THAT(xml, HasSubstr(kept));
  EXPECT_THAT(xml, Not(HasSubstr("destroy</on_crash>")));
  EXPECT_THAT(xml, Not(HasSubstr("currentMemory"))) << "the balloon of the former size";
}

TEST(ChangedDomain, KeepsTheBalloonWhereMemoryStays) {
  auto faster = usual_vm();
  faster.cpus = CpuCount::of(4);
  EXPECT_THAT(changed(theirs(usual_vm()), usual_vm(), faster), HasSubstr("<currentMemory"));
}

TEST(ChangedDomain, IsWhatIsMadeAnewWhereOthersChangedNothing) {
  const auto before = user_vm();
  auto after = before;
  after.memory = Memory::of_mib(2048);
  after.disks.push_back(DiskSize::of_gib(1));
  after.nics.front().port = 22078;
  after.boot.reset();
  const auto xml = changed(xml_of(before), before, after);
  for (const auto* made : {"22078", "dev=\"vde\"", "<boot dev=\"hd\"", ">2048<"})
    EXPECT_THAT(xml, HasSubstr(made));
  EXPECT_THAT(xml, Not(HasSubstr("22077")));
  EXPECT_THAT(xml, Not(HasSubstr("<kernel>")));
}

TEST(ChangedDomain, DoesWithoutWhatOthersTookAway) {
  auto larger = usual_vm();
  larger.memory = Memory::of_mib(2048);
  const auto present = replaced(xml_of(usual_vm()), "<on_crash>destroy</on_crash>", "");
  EXPECT_THAT(changed(present, usual_vm(), larger), Not(HasSubstr("on_crash")));
}

TEST(ChangedDomain, TakesNoDeviceOfOthersAway) {
  auto after = usual_vm();
  after.disks.push_back(DiskSize::of_gib(1));
  for (const auto* device :
       {"<tpm model=\"tpm-crb\"/>", "<rng model=\"virtio\"/>", "<hostdev mode=\"subsystem\"/>",
        "<interface type=\"user\"><mac address=\"52:54:00:ff:ff:ff\"/></interface>"}) {
    const auto present = replaced(xml_of(usual_vm()), "<devices>", std::string("<devices>") + device);
    const auto error = refusal_of([&] { changed(present, usual_vm(), after); });
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_THAT(error.message(), HasSubstr("from VM 'web00'"));
    EXPECT_THAT(error.hint(), HasSubstr("virsh edit web00"));
  }
}

TEST(ChangedDomain, TakesNoArgumentOfOthersAway) {
  auto after = user_vm();
  after.nics.front().port = 22078;
  const auto present =
      replaced(xml_of(user_vm()), "</qemu:commandline>",
               "<qemu:arg value=\"-drive\"/><qemu:arg value=\"file=/x\"/></qemu:commandline>");
  EXPECT_THAT(refusal_of([&] { changed(present, user_vm(), after); }).message(),
              HasSubstr("QEMU argument '-drive'"));
  auto larger = user_vm();
  larger.memory = Memory::of_mib(2048);
  EXPECT_THAT(changed(present, user_vm(), larger), HasSubstr("file=/x"));
  const auto first = replaced(xml_of(usual_vm()), "<domain ", "<domain xmlns:qemu=\"urn:q\" ");
  const auto only_theirs =
      replaced(first, "</domain>", "<qemu:commandline><qemu:arg value=\"-S\"/></qemu:commandline></domain>");
  auto faster = usual_vm();
  faster.cpus = CpuCount::of(4);
  const auto xml = changed(only_theirs, usual_vm(), faster);
  EXPECT_THAT(xml, HasSubstr("value=\"-S\""));
  EXPECT_THAT(xml, HasSubstr("xmlns:qemu="));
}

TEST(ChangedDomain, TellsNoLayersThatMayBeGone) {
  auto after = usual_vm();
  after.base.reset();
  const auto present =
      replaced(xml_of(usual_vm()), "<target dev=\"vda\"", "<backingStore type=\"file\"/><target dev=\"vda\"");
  EXPECT_THAT(changed(present, usual_vm(), after), Not(HasSubstr("backingStore")));
}

}  // namespace
}  // namespace nocloud::test
