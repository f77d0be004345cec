#include "nocloud/virt/disk_sources.hpp"

#include <gtest/gtest.h>

namespace nocloud {
namespace {

TEST(DiskSources, AreThoseOfEveryDiskAndLayer) {
  const auto found = disk_sources(R"(<domain><devices>
    <disk type='file'><driver type='qcow2'/><source file='/a'/>
      <backingStore type='file'><format type='qcow2'/><source file='/b'/><backingStore/></backingStore>
      <mirror type='file'><format type='qcow2'/><source file='/m'/></mirror></disk>
    <disk type='volume'><driver type='qcow2'/><source pool='p' volume='v'/></disk>
    <disk type='block'><driver type='raw'/><source dev='/dev/c'/></disk>
    <disk type='network'><driver type='qcow2'/><source protocol='nbd' name='n'/></disk>
    <disk type='file' device='cdrom'><target dev='sda'/></disk></devices></domain>)");
  ASSERT_EQ(found.size(), 6U);
  EXPECT_EQ(found[0].path, "/a");
  EXPECT_TRUE(found[0].can_have_base);
  EXPECT_TRUE(found[0].base_told);
  EXPECT_EQ(found[1].path, "/b");
  EXPECT_TRUE(found[1].base_told) << "told to be none";
  EXPECT_EQ(found[2].path, "/m");
  EXPECT_FALSE(found[2].base_told);
  EXPECT_EQ(found[3].pool, "p");
  EXPECT_EQ(found[3].volume, "v");
  EXPECT_EQ(found[4].path, "/dev/c");
  EXPECT_FALSE(found[4].can_have_base);
  EXPECT_EQ(found[5].path, "nbd:n");
}

TEST(DiskSources, AreInSnapshotsToo) {
  const auto found = disk_sources(R"(<domainsnapshot><disks><disk name='vda' snapshot='external' type='file'>
    <driver type='qcow2'/><source file='/top'/></disk></disks>
    <domain><devices><disk type='file'><source file='/then'/></disk></devices></domain></domainsnapshot>)");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].path, "/top");
  EXPECT_EQ(found[1].path, "/then");
}

}  // namespace
}  // namespace nocloud
