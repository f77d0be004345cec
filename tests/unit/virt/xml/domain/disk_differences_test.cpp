#include "nocloud/virt/xml/domain/disk_differences.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/refusal.hpp"
#include "unit/virt/definitions.hpp"

namespace nocloud::test {
namespace {

using testing::HasSubstr;

class DiskDifferences : public testing::Test {
 protected:
  static std::string recorded() { return domain_xml(user_vm(), usual_host(), "uuid"); }
  /// What is recorded, with `from` replaced.
  static std::string with(std::string_view from, std::string_view to) {
    auto xml = recorded();
    const auto at = xml.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return xml.replace(at, from.size(), to);
  }
  static Error refusal(const std::string& present) {
    return refusal_of([&] { refuse_other_disks(user_vm().name, recorded(), present); });
  }
};

TEST_F(DiskDifferences, AreNoneInWhatWasMade) {
  refuse_other_disks(user_vm().name, recorded(), recorded());
  refuse_other_first_disk(user_vm().name, recorded(), recorded());
}

TEST_F(DiskDifferences, NameTheFileOfASnapshot) {
  const auto present = with("/web00.qcow2\"", "/web00.s1\"");
  const auto error = refusal(present);
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  EXPECT_THAT(error.message(), HasSubstr("the disk vda of VM 'web00' is '"));
  EXPECT_THAT(error.message(), HasSubstr("/web00.s1', and not '"));
  EXPECT_THAT(error.hint(), HasSubstr("`virsh blockcommit web00 vda --active --pivot --wait --base /"));
  EXPECT_EQ(refusal_of([&] { refuse_other_first_disk(user_vm().name, recorded(), present); }).message(),
            error.message());
}

TEST_F(DiskDifferences, NameAFurtherDiskOfAnyKind) {
  for (const auto* source :
       {"<source file='/srv/x'/>", "<source pool='p' volume='v'/>", "<source dev='/dev/sdx'/>",
        "<source protocol='nbd' name='n'/>", "<source><slice type='storage'/></source>", ""}) {
    const auto present =
        with("<devices>", std::string("<devices><disk>") + source + "<target dev='vdx'/></disk>");
    const auto error = refusal(present);
    EXPECT_EQ(error.kind(), ErrorKind::conflict);
    EXPECT_THAT(error.message(), HasSubstr("VM 'web00' has the disk vdx ("));
    EXPECT_THAT(error.hint(), HasSubstr("`virsh detach-disk web00 vdx --config`"));
    refuse_other_first_disk(user_vm().name, recorded(), present);
  }
}

TEST_F(DiskDifferences, NameADiskThatIsGone) {
  const auto present = with("dev=\"vdb\"", "dev=\"vda\"");
  const auto error = refusal(present);
  EXPECT_THAT(error.message(), HasSubstr("VM 'web00' has no disk vdb any more"));
  EXPECT_THAT(error.hint(), HasSubstr("disk1.qcow2 vdb --config --subdriver qcow2`"));
}

TEST_F(DiskDifferences, AreNoneInADriveThatIsEmpty) {
  const auto by_hand = vm_by_hand();
  auto xml = domain_xml(by_hand, usual_host(), "uuid");
  const auto whole = xml;
  const auto at = xml.find("<source", xml.find("device=\"cdrom\""));
  xml.erase(at, xml.find('>', at) + 1 - at);
  refuse_other_disks(by_hand.name, whole, xml);
}

}  // namespace
}  // namespace nocloud::test
